/** A browser of its own with its profile on the disk, to be closed and opened again: what it kept is there, and nothing is warm. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright/test'
import { CHROMIUM_FLAGS, findChromium } from '../fixtures/chromium'
import { rounded } from './statistics'

export class DiskBrowser {
  #context: BrowserContext | undefined

  private constructor(private readonly folder: string) {}

  static async make(): Promise<DiskBrowser> {
    return new DiskBrowser(mkdtempSync(join(tmpdir(), 'starling-bench-')))
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error('The browser is closed.')
    return this.#context
  }

  async open(): Promise<BrowserContext> {
    const executablePath = findChromium()
    this.#context = await chromium.launchPersistentContext(this.folder, {
      args: [...CHROMIUM_FLAGS],
      ...(executablePath && { executablePath }),
    })
    return this.#context
  }

  async close(): Promise<void> {
    await this.#context?.close()
    this.#context = undefined
  }

  /** what its databases take, in MB */
  diskMb(): number {
    const files = readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.includes('IndexedDB'),
    )
    const sizes = files.map((path) => statSync(join(this.folder, path), { throwIfNoEntry: false })?.size ?? 0)
    return rounded(sizes.reduce((sum, size) => sum + size, 0) / 1e6, 1)
  }

  async remove(): Promise<void> {
    await this.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
