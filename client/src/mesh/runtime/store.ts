/**
 * What outlives the page, as a port: the person's own name, keys, whom they have verified. Keys are namespaced by
 * whoever writes them. The memory twin serves tests, the simulator and browsers that refuse storage.
 */

export interface Store {
  get(key: string): Promise<string | undefined>
  /** Resolves when the value is stored; rejects when the browser refused (quota, private window). */
  set(key: string, value: string): Promise<void>
  delete(key: string): Promise<void>
}

export function memoryStore(): Store {
  const values = new Map<string, string>()
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  }
}

const PREFIX = 'starling:'

/** Keeps values in `storage`, by default the browser's localStorage. */
export function webStore(storage: Storage = localStorage): Store {
  return {
    get: async (key) => storage.getItem(PREFIX + key) ?? undefined,
    set: async (key, value) => storage.setItem(PREFIX + key, value),
    delete: async (key) => storage.removeItem(PREFIX + key),
  }
}

/** localStorage where the browser allows it (a sandboxed frame or a blocked site does not), else memory. */
export const browserStore = (): Store => storeOf(() => localStorage)

/** What this tab has for itself, and keeps when it is loaded again. */
export const tabStore = (): Store => storeOf(() => sessionStorage)

function storeOf(find: () => Storage): Store {
  try {
    return webStore(find())
  } catch {
    return memoryStore()
  }
}
