/**
 * Typed events. A listener that throws hurts neither the emitter nor the other listeners: its
 * error surfaces as an uncaught one, where the page's owner sees it.
 */

export class Emitter<Events extends { [event: string]: unknown }> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>()

  /** @returns what unsubscribes; calling it twice is safe */
  on<Name extends keyof Events>(event: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners)
    // Each subscription is its own, even when one function subscribes twice.
    const subscription = (payload: Events[Name]) => listener(payload)
    listeners.add(subscription)
    return () => void listeners.delete(subscription)
  }

  emit<Name extends keyof Events>(event: Name, payload: Events[Name]): void {
    const listeners = this.#listeners.get(event) as Set<(payload: Events[Name]) => void> | undefined
    if (!listeners) return
    for (const listener of [...listeners]) {
      // One that an earlier listener unsubscribed hears nothing more, one that it subscribed not yet.
      if (!listeners.has(listener)) continue
      try {
        listener(payload)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  /** Drops every subscription, also for the rest of an event under way. */
  clear(): void {
    for (const listeners of this.#listeners.values()) listeners.clear()
    this.#listeners.clear()
  }
}
