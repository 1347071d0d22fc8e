/**
 * How Starling is built, served while it is worked on, and unit-tested. One `vite build --app` makes three things,
 * each an environment: `client` (the app), `library` (the mesh as one module, /starling.js) and `server` (the
 * signaling server, run by Node). What surrounds a build (stamps, types, compression) belongs to .scripts/build.mjs.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { minify } from 'terser'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

type SignalingModule = typeof import('./signaling-server/src/signaling')
type SettingsModule = typeof import('./signaling-server/src/settings')

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The build script collects everything in a folder of its own, and moves it to dist once all of it is there. */
const out = process.env.STARLING_OUT ?? here('dist')

/**
 * Asks V8 to compile all of a script's functions on the side while it is loaded, not each of them when it is first called:
 * most are, as soon as a room is joined. It has to be the first line. Not for the app, in which most are not: it would be
 * drawn later, and in the room no sooner.
 */
const COMPILED_AHEAD = '//# allFunctionsCalledOnLoad'

/** Lets `npm run dev` introduce peers on the same port that serves the modules, with the settings of the real server. */
function signalingInDev(): Plugin {
  const folder = here('signaling-server/src')
  return {
    name: 'starling:signaling',
    apply: 'serve',
    async configureServer(server) {
      const { httpServer, watcher } = server
      // Unit tests run this too, without a port: there is nothing to attach to then.
      if (httpServer === null || process.env.VITEST !== undefined) return
      // Vite types what it loads as a record of anything, hence the casts.
      const { attachSignaling } = (await server.ssrLoadModule(`${folder}/signaling.ts`)) as SignalingModule
      const { readSettings } = (await server.ssrLoadModule(`${folder}/settings.ts`)) as SettingsModule
      const { iceServers, origins, trustedProxies } = readSettings(process.env)
      // Vite's own hot-reload socket arrives on the same port: an upgrade that is not signaling must be left alone.
      attachSignaling(httpServer, { destroyUpgrade: false, iceServers, origins, trustedProxies })
      watcher.add(folder).on('change', (file) => {
        if (file.startsWith(folder))
          server.restart().catch((error: unknown) => server.config.logger.error(String(error)))
      })
    },
  }
}

/** Serves the library's source where the built module will be, so that pages can be written against it. */
function libraryInDev(): Plugin {
  return {
    name: 'starling:library',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        if (request.url?.split('?')[0] === '/starling.js') request.url = '/src/mesh/index.ts'
        next()
      })
    },
  }
}

/**
 * Bundles simple-peer from its source, with stand-ins for the packages that bring half of Node along: its own ready
 * bundle, with all of them inside, would be a third of the library. Whatever else asks for these packages gets them.
 */
function slimSimplePeer() {
  const standIns = new Map(
    ['buffer', 'debug', 'randombytes', 'readable-stream'].map((name) => [
      name,
      here(`client/src/mesh/link/simple-peer/${name}.ts`),
    ]),
  )
  const digest = createHash('sha256')
  for (const file of standIns.values()) digest.update(readFileSync(file))
  return {
    // Vite's dev server bundles packages once, and again when a plugin has another name: a changed stand-in counts.
    name: `starling:slim-simple-peer-${digest.digest('hex').slice(0, 8)}`,
    enforce: 'pre',
    resolveId: (name, importer = '') =>
      /[\\/]node_modules[\\/]simple-peer[\\/]/.test(importer) ? standIns.get(name) : undefined,
    transform: {
      filter: { id: /[\\/]node_modules[\\/]simple-peer[\\/]index\.js$/ },
      // Its commentary, of which each call is a line of its own, is put together also when nobody listens. Lines stay, so
      // that source maps stay true.
      handler: (code) => ({ code: code.replace(/^ *this\._debug\(.*\)$/gm, ''), map: null }),
    },
  } satisfies Plugin
}

/**
 * Signaling goes over WebSockets alone, in browsers that can read an address. Socket.IO's client is told the one when it
 * runs, too late for the bundle, and does not ask about the other: what it has for the rest stays out.
 */
function slimSocketIo() {
  const parseuri = here('client/src/mesh/signaling/socket-io/parseuri.ts')
  const standIns = new Map([
    ['transports/index', "import { WS } from './websocket.node.js'\nexport const transports = { websocket: WS }\n"],
    ['transports/polling-xhr', 'export class XHR {}\n'],
    ['contrib/parseuri', `export * from ${JSON.stringify(parseuri)}\n`],
  ])
  const module = /[\\/]engine\.io-client[\\/]build[\\/]esm[\\/](.+)\.js$/
  return {
    name: 'starling:slim-socket-io',
    apply: 'build',
    load: {
      filter: { id: module },
      handler: (id) => standIns.get(module.exec(id)?.[1]?.replace('\\', '/') ?? ''),
    },
  } satisfies Plugin
}

/**
 * Goes over what is made for browsers before the build makes it small, which leaves a hundredth less in the end.
 * @param environment what it goes over; the build calls that of workers `client`
 */
function squeeze(environment: 'library' | 'client') {
  // Names are the build's to shorten. Small functions that repeat themselves gzip likes better than what inlining makes of
  // them, and no getter in these bundles does anything but answer.
  const options = {
    module: true,
    ecma: 2020,
    compress: { passes: 2, lhs_constants: false, pure_getters: true, inline: 1 },
    mangle: false,
  } as const
  return {
    name: `starling:squeeze-${environment}`,
    apply: 'build',
    applyToEnvironment: ({ name }) => name === environment,
    async renderChunk(code) {
      const squeezed = await minify(code, { ...options, sourceMap: true })
      if (squeezed.code === undefined) this.error('nothing was left')
      return { code: squeezed.code, map: squeezed.map as string }
    },
  } satisfies Plugin
}

export default defineConfig({
  root: here('client'),
  plugins: [react(), signalingInDev(), libraryInDev(), slimSimplePeer(), slimSocketIo(), squeeze('library')],
  server: { port: Number(process.env.PORT || 3000), host: process.env.HOST || true, strictPort: true },
  // Known beforehand, so that the first page load in dev is not followed by a reload.
  optimizeDeps: {
    include: ['simple-peer', 'socket.io-client'],
    rolldownOptions: { plugins: [slimSimplePeer()] },
  },
  build: {
    sourcemap: true,
    rolldownOptions: {
      // What of these is not asked for does nothing; their packages do not say so.
      treeshake: { moduleSideEffects: [{ test: /[\\/](socket|engine)\.io-[a-z]+[\\/]/, sideEffects: false }] },
    },
  },
  // The one that there is becomes a text within what starts it.
  worker: { plugins: () => [squeeze('client')] },
  environments: {
    client: {
      build: { outDir: `${out}/app`, emptyOutDir: true },
    },
    library: {
      consumer: 'client',
      build: {
        outDir: `${out}/app`,
        emptyOutDir: false,
        copyPublicDir: false,
        rolldownOptions: {
          input: here('client/src/mesh/index.ts'),
          // Not `build.lib`, which keeps the white space of ES modules.
          preserveEntrySignatures: 'strict',
          output: { format: 'es', entryFileNames: 'starling.js', codeSplitting: false, postBanner: COMPILED_AHEAD },
        },
      },
    },
    server: {
      consumer: 'server',
      build: {
        outDir: `${out}/server`,
        emptyOutDir: true,
        copyPublicDir: false,
        minify: false,
        target: 'node20',
        rolldownOptions: {
          input: here('signaling-server/src/main.ts'),
          output: { format: 'es', entryFileNames: 'main.js' },
        },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      // In this order: the app empties the folder that the library joins.
      for (const name of ['client', 'library', 'server']) {
        const environment = builder.environments[name]
        if (environment === undefined) throw new Error(`no environment is called ${name}`)
        await builder.build(environment)
      }
    },
  },
  test: {
    root: here('.'),
    include: ['client/src/**/*.test.ts', 'client/src/**/*.test.tsx', 'signaling-server/**/*.test.ts'],
    environment: 'node',
    // A bound for what hangs, not a measure: the longest stories are half an hour of a room, and machines may be busy.
    testTimeout: 60_000,
    // CI adds up what was run.
    reporters: process.env.CI ? ['default', ['json', { outputFile: here('test-results/units.json') }]] : ['default'],
  },
})
