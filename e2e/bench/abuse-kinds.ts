/** In which ways a client can be a burden, and what the abuser tells of how it went. What each does: abuse-attacks.ts. */

export const KINDS = ['garbage', 'signals', 'oversized', 'pings', 'storm', 'crowd'] as const
export type Kind = (typeof KINDS)[number]

export interface Order {
  readonly kind: Kind
  /** the server's */
  readonly url: string
  /** where the honest ones are: the abuser is one of those who have the link */
  readonly room: string
  readonly seconds: number
}

export interface Outcome {
  /** WebSockets that were asked for, and that were opened */
  readonly tries: number
  readonly opened: number
  readonly messages: number
  /** how the server answered or ended them, by how often */
  readonly met: Readonly<Record<string, number>>
  /** milliseconds from the first message to the first time that a connection was ended */
  readonly cutOffMs: number | undefined
  /** milliseconds from the start to the first WebSocket that was refused */
  readonly shutOutMs: number | undefined
}
