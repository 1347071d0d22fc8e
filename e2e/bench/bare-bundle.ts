/** Makes one script of bare.ts, minified as the library is, to be put into a page. */
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export async function bundleBare(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      rolldownOptions: { input: fileURLToPath(new URL('bare.ts', import.meta.url)), output: { format: 'iife' } },
    },
  })
  const outputs = Array.isArray(result)
    ? result.flatMap(({ output }) => output)
    : 'output' in result
      ? result.output
      : []
  const script = outputs.find((output) => output.type === 'chunk')
  if (!script) throw new Error('The bare peers could not be bundled.')
  return script.code
}
