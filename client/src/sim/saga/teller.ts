/** A process that tells one saga after the other, as its parent sees it; it is ended when it hangs. */
import { type ChildProcess, fork } from 'node:child_process'
import type { Answer, Order } from './worker'

/** The largest saga takes fifteen seconds, and a minute to shrink; on a busy machine a few times as long. It hangs beyond. */
const PATIENCE_MS = 300_000

export class Teller {
  #child: ChildProcess | undefined

  async tell(order: Order): Promise<Answer> {
    const child = this.#child ?? fork(process.argv[1] ?? '', { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    let timer: NodeJS.Timeout | undefined
    const answer = await new Promise<Answer | undefined>((done) => {
      child.once('message', (message) => done(message as Answer))
      child.once('exit', () => done(undefined))
      timer = setTimeout(() => done(undefined), PATIENCE_MS)
      child.send(order)
    })
    clearTimeout(timer)
    child.removeAllListeners()
    if (answer) return answer
    this.end()
    const faults = [{ rule: 'thrown' as const, words: 'it hung, or its process died' }]
    return { seed: order.seed, faults, trace: [], shrunk: undefined, figures: undefined }
  }

  end(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }
}
