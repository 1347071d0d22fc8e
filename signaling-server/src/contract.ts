/**
 * What the signaling server and its clients say to each other: every event, its payload and its
 * answer, validated at run time by the schemas here on both sides. The contract is all that the
 * two share. Rules SG1-SG9 of docs/protocol.md.
 */
import * as v from 'valibot'
import { type Address, type IceServer, ID, isAddress, isRoomId, type RoomId } from './contract-types'

export type { Address, IceServer, RoomId }

/** Raised when a payload changes in a way that an older side would misread. */
export const CONTRACT_VERSION = 1

/** An introduction (an SDP description is 1-4 KiB) fits many times; a file does not. */
export const MAX_BOX_BYTES = 16 * 1024

/**
 * Ids in the answer to a join. A room holds 100 (see limits.ts), which an operator may raise a little; beyond, whoever
 * joins would dial more links than a browser bears.
 */
export const MAX_LISTED_PEERS = 128

export const AddressSchema = v.pipe(v.string(), v.guard(isAddress, 'an address is 22 base64url characters'))
export const RoomIdSchema = v.pipe(v.string(), v.guard(isRoomId, 'a room id is 22 base64url characters'))

/** What a place in a room is taken with: drawn by the one who joins, told to the server and to nobody else. */
export const TokenSchema = v.pipe(v.string(), v.regex(ID, 'a token is 22 base64url characters'), v.brand('Token'))
export type Token = v.InferOutput<typeof TokenSchema>

/** Opaque to the server. Browsers receive an ArrayBuffer, Node a Buffer: both leave here as a Uint8Array. */
export const BoxSchema = v.pipe(
  v.custom<Uint8Array | ArrayBuffer>(
    (box) => box instanceof Uint8Array || box instanceof ArrayBuffer,
    'a box is binary',
  ),
  v.transform((box): Uint8Array => (box instanceof Uint8Array ? box : new Uint8Array(box))),
  v.check((box) => box.byteLength > 0, 'a box is not empty'),
  v.check((box) => box.byteLength <= MAX_BOX_BYTES, `a box is at most ${MAX_BOX_BYTES} bytes`),
)

export const JoinRequestSchema = v.strictObject({
  v: v.literal(CONTRACT_VERSION, `this server speaks version ${CONTRACT_VERSION}`),
  room: RoomIdSchema,
  peer: AddressSchema,
  token: TokenSchema,
})
export type JoinRequest = v.InferOutput<typeof JoinRequestSchema>

export const SignalRequestSchema = v.strictObject({ room: RoomIdSchema, to: AddressSchema, box: BoxSchema })
export type SignalRequest = v.InferOutput<typeof SignalRequestSchema>

export const LeaveRequestSchema = v.strictObject({ room: RoomIdSchema })
export type LeaveRequest = v.InferOutput<typeof LeaveRequestSchema>

/** What the addressee of a `signal` receives. */
export const SignalDeliverySchema = v.strictObject({ room: RoomIdSchema, from: AddressSchema, box: BoxSchema })
export type SignalDelivery = v.InferOutput<typeof SignalDeliverySchema>

/** As in RFC 7064 and RFC 7065: a browser makes no connection at all with an address that it cannot read. */
const ICE_URL = /^(?:stuns?:HOST(?::PORT)?|turns?:HOST(?::PORT)?(?:\?transport=(?:udp|tcp))?)$/.source
  .replaceAll('HOST', '(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])')
  .replaceAll('PORT', '(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])')
const UrlsSchema = v.pipe(
  v.string(),
  v.maxLength(512),
  v.regex(new RegExp(ICE_URL), 'an ICE address starts with stun:, turn: or turns:, with a host and maybe a port'),
)
const needsCredential = ({ urls }: IceServer): boolean => [urls].flat().some((url) => url.startsWith('turn'))

export const IceServerSchema = v.pipe(
  v.strictObject({
    urls: v.union([UrlsSchema, v.pipe(v.array(UrlsSchema), v.maxLength(8))]),
    username: v.exactOptional(v.pipe(v.string(), v.maxLength(512))),
    credential: v.exactOptional(v.pipe(v.string(), v.maxLength(512))),
  }),
  // Browsers make no connection at all when one of their servers lacks it.
  v.check(
    (server) => !needsCredential(server) || Boolean(server.username && server.credential),
    'a TURN server has a username and a credential',
  ),
)
export const IceServersSchema = v.pipe(v.array(IceServerSchema), v.maxLength(8))

/** Why the server refused. A client can act on each: mend the request, slow down, try later, or give up. */
export const REFUSALS = [
  'bad-request',
  'wrong-version',
  'rate-limited',
  'room-full',
  'too-many-rooms',
  'taken',
  'not-joined',
  'not-here',
] as const
export type Refusal = (typeof REFUSALS)[number]

const RefusedSchema = v.object({
  ok: v.literal(false),
  reason: v.picklist(REFUSALS),
  message: v.pipe(v.string(), v.maxLength(1024)),
})
export type Refused = v.InferOutput<typeof RefusedSchema>

/** `peers` are the addresses of the others in the room, without the one who asks. */
export const JoinReplySchema = v.variant('ok', [
  v.object({
    ok: v.literal(true),
    peers: v.pipe(v.array(AddressSchema), v.maxLength(MAX_LISTED_PEERS)),
    iceServers: IceServersSchema,
  }),
  RefusedSchema,
])
export type JoinReply = v.InferOutput<typeof JoinReplySchema>

export const DoneReplySchema = v.variant('ok', [v.object({ ok: v.literal(true) }), RefusedSchema])
export type DoneReply = v.InferOutput<typeof DoneReplySchema>

/** Events from a client, each answered through its acknowledgement. */
export interface ClientEvents {
  join: (request: JoinRequest, reply: (answer: JoinReply) => void) => void
  signal: (request: SignalRequest, reply: (answer: DoneReply) => void) => void
  leave: (request: LeaveRequest, reply: (answer: DoneReply) => void) => void
}

/** Events to a client. `refused` tells one that sent no acknowledgement callback, or is about to be cut off. */
export interface ServerEvents {
  signal: (delivery: SignalDelivery) => void
  refused: (answer: Refused) => void
}
