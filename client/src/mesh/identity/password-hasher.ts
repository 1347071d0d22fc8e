/** Hashes a password in a worker, so that the page stays responsive for the second that it takes. Rule RL6. */
import type { PasswordReply, PasswordTask } from './password-worker'
import PasswordWorker from './password-worker?worker&inline'

/**
 * @param onProgress told the share done, from 0 to 1
 * @returns PASSWORD_HASH_BYTES bytes
 * @throws Error when the browser lets no worker run, or has not enough memory
 */
export async function hashInWorker(task: PasswordTask, onProgress: (share: number) => void): Promise<Uint8Array> {
  const worker = new PasswordWorker()
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
  }
}
