// @ts-check
/**
 * Which module may import which: every import in client/src and signaling-server/src is held to the rules here. The
 * table in docs/architecture.md, which tells what each layer owns, is held to the same order. Tests, and the
 * contracts that they hold ports to, may reach into all layers.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { root, Stop } from './processes.mjs'

/** The folders and modules of the mesh, lowest first. Each imports from itself and from those before it. */
const LAYERS = [
  ...['runtime', 'protocol', 'identity', 'link', 'signaling', 'membership', 'log', 'messaging'],
  ...['remote-peer', 'peers', 'room-logs', 'room', 'room-access', 'room-memory', 'join-room', 'index'],
]
const MESH = 'client/src/mesh/'
const CONTRACT = /^signaling-server\/src\/(contract(-types)?|rate)$/
/** The client's side of the contract is held to the server that ships. */
const HELD_TO_SERVER = `${MESH}signaling/socket-io-signaling.test`
const SINGLE_IMPORTERS = new Map([
  ['simple-peer', `${MESH}link/webrtc-link`],
  ['socket.io-client', `${MESH}signaling/server-line`],
])
const FOR_TESTS = /(\.test|-contract|-cases)$/
const INTERFACE = /^(client\/src\/(react|components)\/|(react|react-dom|lucide-react)(\/|$))/
const NODE = /^(node:|(fs|path|crypto|ws|socket\.io)$)/
const IMPORT = /(?:\bfrom\s|\bimport\s|\bimport\()\s*(['"])([^'"]+)\1/g
/** A row of the table begins with a folder or a file. */
const ROW = /^\| `([a-z-]+)(?:\/|\.ts)` \|/gm

export function checkLayers() {
  const breaches = ['client/src', 'signaling-server/src'].flatMap(listModules).flatMap(({ file, module }) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].flatMap(([, , specifier = '']) => {
      const rule = findRule(module, resolve(module, specifier))
      return rule === undefined ? [] : [`${file} imports ${specifier}: ${rule}.`]
    }),
  )
  const table = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8')
  const rows = [...table.matchAll(ROW)].map(([, layer]) => layer)
  if (rows.join() !== LAYERS.join()) breaches.push(`docs/architecture.md has the layers as ${rows.join(', ')}.`)
  if (breaches.length > 0) throw new Stop(breaches.join('\n'))
}

/**
 * @param {string} from a module of ours
 * @param {string} target a module of ours, or of a package
 * @returns {string | undefined} the rule that forbids the import
 */
function findRule(from, target) {
  if (from.startsWith('signaling-server/'))
    return target.startsWith('client/') ? 'the server knows nothing of its clients but the contract' : undefined
  for (const [name, importer] of SINGLE_IMPORTERS)
    if ((target === name || target.startsWith(`${name}/`)) && from !== importer) return `only ${importer} may`
  if (target.startsWith('signaling-server/') && !CONTRACT.test(target) && from !== HELD_TO_SERVER)
    return 'the client shares nothing with the server but the contract and the token bucket'
  if (FOR_TESTS.test(from)) return undefined
  if (from.startsWith('client/src/sim/'))
    return INTERFACE.test(target) ? 'the simulator runs the mesh, not the interface' : undefined
  if (NODE.test(target)) return 'what runs in a browser imports nothing from Node'
  if (target.startsWith('client/src/sim/')) return 'the simulator is for tests'
  if (from.startsWith(MESH)) return findRuleOfMesh(from, target)
  if (target.startsWith(MESH) && target !== `${MESH}index`) return `the interface sees the mesh through ${MESH}index`
  return target.startsWith('signaling-server/') ? 'only the mesh speaks to a server' : undefined
}

/**
 * @param {string} from
 * @param {string} target
 */
function findRuleOfMesh(from, target) {
  if (INTERFACE.test(target)) return 'the mesh knows nothing of the interface'
  if (target.startsWith('client/') && !target.startsWith(MESH)) return 'the mesh stands on nothing beside it'
  const layer = layerOf(from)
  if (!LAYERS.includes(layer)) return `${layer} has no place among the layers`
  if (!target.startsWith(MESH) || LAYERS.indexOf(layerOf(target)) <= LAYERS.indexOf(layer)) return undefined
  return `${layer} stands below ${layerOf(target)}`
}

/**
 * @param {string} module
 */
const layerOf = (module) => module.slice(MESH.length).split('/')[0] ?? ''

/**
 * @param {string} from
 * @param {string} specifier
 * @returns a path from the root without its extension, or the specifier of a package's module
 */
function resolve(from, specifier) {
  if (!specifier.startsWith('.')) return specifier
  const path = posix.join(posix.dirname(from), specifier).replace(/\.[jt]sx?$/, '')
  return existsSync(join(root, path, 'index.ts')) ? `${path}/index` : path
}

/**
 * @param {string} folder
 */
function listModules(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.split(sep).join('/')}`)
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
    .map((file) => ({ file, module: file.replace(/\.tsx?$/, '') }))
}
