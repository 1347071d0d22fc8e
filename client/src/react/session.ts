/**
 * Which page is shown and which room it belongs to: follows the address, asks for a password where the room has one,
 * joins and leaves, and lives outside React, so that a double mount or a double click never joins twice. What happens
 * inside a room is RoomStore's.
 */
import { type JoinOptions, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, RoomError, type Store } from '../mesh'
import type { RoomPort } from './room-port'
import { RoomStore } from './room-store'
import { type Destination, readDestination, readRoute } from './routes'
import type { Timer } from './timer'

export type SessionState =
  | { readonly kind: 'start' }
  /** `problem` tells what is wrong with the password that was typed before, in a sentence */
  | { readonly kind: 'asking'; readonly name: string; readonly problem: string | undefined }
  /** `hashed` is the share of the work on a password that is done, from 0 to 1; undefined where there is none to do */
  | { readonly kind: 'joining'; readonly name: string | undefined; readonly hashed: number | undefined }
  | { readonly kind: 'inside'; readonly name: string | undefined; readonly store: RoomStore }
  | { readonly kind: 'failed'; readonly failure: Failure }

export type Failure =
  | { readonly kind: 'bad-link'; readonly reason: string }
  | { readonly kind: 'refused'; readonly error: RoomError }
  /** not an error that the library foresees */
  | { readonly kind: 'broken'; readonly reason: string }

export interface SessionDeps {
  readonly joinRoom: (options: Pick<JoinOptions, 'link' | 'password' | 'onProgress'>) => Promise<RoomPort>
  readonly address: {
    /** the whole address */
    read(): string
    /** adds an entry to the history, without an event */
    push(hash: string): void
    /** puts another address in the place of this one, without an event */
    replace(hash: string): void
    /** leaves this page for another */
    open(link: string): void
  }
  readonly clock: Timer
  /** what the pages themselves remember over reloads */
  readonly memory: Store
}

/** Where to go in; without a link into a new room. */
interface Way {
  readonly link?: string
  readonly name?: string | undefined
  readonly password?: string
}

export class Session {
  private current: SessionState = { kind: 'start' }
  private readonly watchers = new Set<() => void>()
  private room: RoomPort | undefined
  private link: string | undefined
  /** Counts the ways taken, so that a join that ends after its page was left is left again. */
  private turn = 0

  constructor(private readonly deps: SessionDeps) {}

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  get state(): SessionState {
    return this.current
  }

  /** Goes where the address points: at the start, and whenever it changes. */
  async follow(): Promise<void> {
    const route = readRoute(this.deps.address.read())
    switch (route.kind) {
      case 'start':
        this.depart()
        return this.show({ kind: 'start' })
      case 'dead-end':
        this.depart()
        return this.show({ kind: 'failed', failure: { kind: 'bad-link', reason: route.reason } })
      case 'room':
        if (route.link === this.link) return
        this.depart()
        this.link = route.link
        return this.enter({ link: route.link, name: route.name })
    }
  }

  /** Opens a new room, unless one is being opened already. */
  async openRoom(): Promise<void> {
    if (this.current.kind !== 'start') return
    this.depart()
    await this.enter({})
  }

  /**
   * Goes where a link or a name leads.
   * @returns the way taken; from `nowhere` the page stays as it is
   */
  goTo(text: string): Destination {
    const destination = readDestination(text, this.deps.address.read())
    switch (destination.kind) {
      case 'here':
        this.deps.address.push(destination.hash)
        void this.follow()
        break
      case 'elsewhere':
        this.deps.address.open(destination.link)
        break
      case 'nowhere':
        break
    }
    return destination
  }

  /** Goes in with a password, unless it cannot be one; then the page says so. */
  async enterWith(typed: string): Promise<void> {
    const { current, link } = this
    if (current.kind !== 'asking' || link === undefined) return
    // What is pasted often brings a blank along, and nobody sees it.
    const password = typed.trim()
    const problem = passwordProblem(password)
    if (problem !== undefined) return this.show({ ...current, problem })
    await this.enter({ link, name: current.name, password })
  }

  /** Leaves a room in which nobody has the password that was typed, to type another. */
  askAgain(): void {
    const { current, link } = this
    if (current.kind !== 'inside' || current.name === undefined) return
    this.depart()
    this.link = link
    this.show({
      kind: 'asking',
      name: current.name,
      problem: 'Somebody in this room has another password than the last one you typed.',
    })
  }

  /**
   * Leaves the room, and removes all that this browser keeps of it.
   * @throws RoomError 'not-stored' when something would not go; the room is left all the same
   */
  async forgetRoom(): Promise<void> {
    const { current, turn } = this
    if (current.kind !== 'inside') return
    await current.store.forget()
    if (turn !== this.turn) return
    // Forgetting has left it.
    this.room = undefined
    this.deps.address.replace('#/')
    await this.follow()
  }

  /** Joins again after a failure. */
  async retry(): Promise<void> {
    if (this.current.kind !== 'failed') return
    this.link = undefined
    await this.follow()
  }

  /** The page goes away, for ever or into the browser's cache: the others should know at once. */
  suspend(): void {
    this.depart()
  }

  /** The page came back out of the browser's cache. */
  async resume(): Promise<void> {
    await this.follow()
  }

  private async enter({ link, name, password }: Way): Promise<void> {
    const turn = this.turn
    const report = (hashed: number) => {
      if (turn === this.turn && this.current.kind === 'joining') this.show({ kind: 'joining', name, hashed })
    }
    this.show({ kind: 'joining', name, hashed: password === undefined ? undefined : 0 })
    try {
      const room = await this.deps.joinRoom({
        ...(link !== undefined && { link }),
        ...(password !== undefined && { password, onProgress: report }),
      })
      if (turn !== this.turn) return this.abandon(room)
      // In the same tick as the join, so that no message falls in between.
      const { clock, memory } = this.deps
      const store = new RoomStore({ room, clock, memory, isNamed: name !== undefined })
      this.room = room
      if (link === undefined) this.rememberNewRoom(room.link)
      this.show({ kind: 'inside', name, store })
    } catch (cause) {
      if (turn === this.turn) this.show(stateAfter(cause, name, password))
    }
  }

  /** Reads the address back, so that following it later finds this very room. */
  private rememberNewRoom(link: string): void {
    this.deps.address.push(new URL(link, this.deps.address.read()).hash)
    const route = readRoute(this.deps.address.read())
    this.link = route.kind === 'room' ? route.link : undefined
  }

  private depart(): void {
    this.turn += 1
    this.link = undefined
    if (this.current.kind === 'inside') this.current.store.close()
    const room = this.room
    this.room = undefined
    if (room) this.abandon(room)
  }

  private abandon(room: RoomPort): void {
    room.leave().catch((cause: unknown) => {
      // Nobody waits for this room any more; whoever debugs it should still see why.
      console.error('leaving a room failed', cause)
    })
  }

  private show(state: SessionState): void {
    this.current = state
    for (const watcher of [...this.watchers]) watcher()
  }
}

function stateAfter(cause: unknown, name: string | undefined, password: string | undefined): SessionState {
  if (cause instanceof RoomError && name !== undefined) {
    if (cause.reason === 'needs-password') return { kind: 'asking', name, problem: undefined }
    if (cause.reason === 'bad-data' && password !== undefined) return { kind: 'asking', name, problem: cause.message }
  }
  return { kind: 'failed', failure: readFailure(cause) }
}

function passwordProblem({ length }: string): string | undefined {
  if (length === 0) return 'Type the password of the room.'
  if (length < MIN_PASSWORD_LENGTH) return `A room password has at least ${MIN_PASSWORD_LENGTH} characters.`
  if (length > MAX_PASSWORD_LENGTH) return `A room password has at most ${MAX_PASSWORD_LENGTH} characters.`
  return undefined
}

function readFailure(cause: unknown): Failure {
  if (cause instanceof RoomError) {
    return cause.reason === 'bad-link' ? { kind: 'bad-link', reason: cause.message } : { kind: 'refused', error: cause }
  }
  return { kind: 'broken', reason: cause instanceof Error ? cause.message : String(cause) }
}
