/** The worker that hashes one password: what goes in and comes out is PasswordTask and PasswordReply. */
import { hashPassword } from './password-hash'

export interface PasswordTask {
  readonly name: string
  readonly password: string
}

export type PasswordReply =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly hash: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string }

const reply = (message: PasswordReply): void => postMessage(message)

addEventListener('message', ({ data }: MessageEvent<PasswordTask>) => {
  try {
    const hash = hashPassword(data.name, data.password, (share) => reply({ kind: 'progress', share }))
    reply({ kind: 'done', hash })
  } catch (error) {
    reply({ kind: 'failed', message: String(error) })
  }
})
