/** Hashes a password in a worker, so that the page stays responsive for the second that it takes. Rule RL6. */
import type { PasswordReply, PasswordTask } from './password-worker'
import source from './password-worker?worker&url'

/**
 * @param onProgress told the share done, from 0 to 1
 * @returns PASSWORD_HASH_BYTES bytes
 * @throws Error when the browser lets no worker run, or has not enough memory
 */
export async function hashInWorker(task: PasswordTask, onProgress: (share: number) => void): Promise<Uint8Array> {
  const { worker, release } = startWorker()
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.addEventListener('error', (event) => reject(new Error(event.message || 'no worker could be started')))
      worker.addEventListener('message', ({ data }: MessageEvent<PasswordReply>) => {
        switch (data.kind) {
          case 'progress':
            return onProgress(data.share)
          case 'done':
            return resolve(data.hash)
          case 'failed':
            return reject(new Error(data.message))
        }
      })
      worker.postMessage(task)
    })
  } finally {
    worker.terminate()
    release()
  }
}

/** @returns a worker, and what gives back that which it was started from */
function startWorker(): { readonly worker: Worker; readonly release: () => void } {
  const url = new URL(source, import.meta.url)
  if (url.origin === location.origin) return { worker: new Worker(url, { type: 'module' }), release: () => {} }
  // Browsers start workers of the page's own origin alone, of which this is one; it may import from everywhere.
  const start = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)}`], { type: 'text/javascript' }))
  return { worker: new Worker(start, { type: 'module' }), release: () => URL.revokeObjectURL(start) }
}
