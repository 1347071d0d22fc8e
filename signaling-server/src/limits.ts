/**
 * Every limit of the signaling server, with its unit and its reason. Tests hand in smaller ones; nothing else does.
 * Rules SG1, SG3, SG7, SG8, SG11 and SG12.
 */
import { MAX_BOX_BYTES } from './contract'

export const LIMITS = {
  /**
   * Bytes in one WebSocket message. A box travels as a message of its own, so the largest fits; the margin lets one
   * that is slightly too large be refused in words. Anything beyond ends the connection unread.
   */
  messageBytes: MAX_BOX_BYTES + 1024,

  /** One page is in a room or two; a tool that watches several still fits. Bounds what one socket makes us remember. */
  roomsPerSocket: 16,

  /**
   * A join is answered with everybody there, 24 bytes each: past a hundred, newcomers need a sample instead. Clients
   * take no list of more than MAX_LISTED_PEERS.
   */
  peersPerRoom: 100,

  /**
   * Requests at once. A newcomer to a room of 100 sends at most four introductions to each of the others, 400 requests in
   * a second or two; as many again while it retries.
   */
  requestBurst: 800,

  /** Requests per second in the long run: 1% of a core for one socket, and a full burst again after 10 s. */
  requestsPerSecond: 80,

  /** Bytes of boxes at once: the newcomer's 400 introductions are below 1 MiB, and this is twice that. */
  boxBurstBytes: 2 * 1024 * 1024,

  /** Bytes of boxes per second in the long run, so that nobody mistakes the server for a way to send files. */
  boxBytesPerSecond: 256 * 1024,

  /** Raw messages at once. A request takes two (its header, its box); the third is for pongs and what is no request. */
  rawMessageBurst: 2_400,

  /** Raw messages per second in the long run, three for each request. */
  rawMessagesPerSecond: 240,

  /**
   * Raw bytes of one connection at once: its burst of boxes, as much again for what surrounds them and is refused.
   * Holds what is no message at all, too, such as parts of one that never ends.
   */
  rawByteBurst: 4 * 1024 * 1024,

  /** Raw bytes per second in the long run, twice those of boxes. */
  rawBytesPerSecond: 512 * 1024,

  /** Broken rules at once: enough for what was under way before a client could read its first refusal. */
  offenceBurst: 32,

  /** Broken rules forgiven per second: one in 10 s, so that a page open for days is not cut off for old slips. */
  offencesForgivenPerSecond: 0.1,

  /** Bytes waiting for one client that reads slowly: twice what a newcomer's whole room of 100 sends it. */
  backlogBytes: 2 * 1024 * 1024,

  /** Milliseconds from the WebSocket's opening to Socket.IO's handshake; a slow phone needs less than a second. */
  connectTimeout: 10_000,

  /** Milliseconds in which a client that is cut off may still read why; then the line is cut, read or not. */
  farewellTimeout: 1_000,

  /** Milliseconds between pings; with the time-out below, a dead socket is noticed within 10 s. */
  pingInterval: 5_000,

  /** Milliseconds in which a ping must be answered; a busy tab on a bad line answers within two seconds. */
  pingTimeout: 5_000,

  /**
   * WebSockets in all. Idle ones take about 22 KiB each, 220 MB together, and beyond 10,000 one process would be too
   * slow to let all of them in again after a restart within seconds.
   */
  connections: 10_000,

  /** WebSockets of one address: an office of 200 behind one, each person with five tabs. */
  connectionsPerRemote: 1_000,

  /** New WebSockets of one address at once: all that it may have come back together after a restart. */
  remoteConnectionBurst: 1_000,

  /**
   * New WebSockets per second of one address in the long run: 200 people who each load the page anew every 4 s. One
   * takes about half a millisecond of a core, so this is 2 or 3% of it.
   */
  remoteConnectionsPerSecond: 50,

  /** Requests of one address at once: 200 people in rooms of ten all come in together, 40 requests each. */
  remoteRequestBurst: 8_000,

  /** Requests per second of one address in the long run, ten times those of one connection: 8% of a core. */
  remoteRequestsPerSecond: 800,

  /** Raw messages of one address at once, three for each request. */
  remoteRawMessageBurst: 24_000,

  /** Raw messages per second of one address in the long run, three for each request. */
  remoteRawMessagesPerSecond: 2_400,

  /** Clients of one address cut off before it is banned: enough for an office with a few broken pages, and 10,000 requests at most. */
  cutOffBurst: 5,

  /** Clients cut off that are forgiven per second: one in a minute, so that a broken page here or there adds up to no ban. */
  cutOffsForgivenPerSecond: 1 / 60,

  /** Milliseconds of an address's first ban, which is felt by whoever shares it and is new: they come in 10 s later. */
  banMinimum: 10_000,

  /** Milliseconds of the longest ban, which bans grow to by doubling. As long after one, it is forgotten. */
  banMaximum: 10 * 60_000,

  /** Addresses without connections that are remembered, some 500 bytes each. Then the one seen longest ago is forgotten. */
  absentRemotes: 10_000,

  /** Milliseconds that an address is remembered without a connection: a ban of any length is over, and forgotten too. */
  remoteForgottenAfter: 20 * 60_000,

  /**
   * TCP connections of one address, those for pages included: its WebSockets, and six more for each of an office of
   * 200 who open the page at the same moment. Not counted behind a proxy, which has to see to that itself.
   */
  tcpConnectionsPerRemote: 2_200,

  /** New TCP connections of one address at once: as many as it may have. */
  tcpConnectionBurst: 2_200,

  /**
   * New TCP connections per second of one address in the long run: four times its WebSockets, for the pages that open
   * them. Beyond, they are closed unread, whatever they would have said.
   */
  tcpConnectionsPerSecond: 200,

  /** TCP connections in all: every WebSocket, and pages for 2,000 browsers. Beyond, they are dropped unread. */
  tcpConnections: 22_000,

  /** Bytes of the headers of a request. Browsers send less than 2 KiB here, but cookies of other servers on one host add up. */
  httpHeaderBytes: 16 * 1024,

  /** Milliseconds between looks for connections past the two times below. */
  httpCheckInterval: 5_000,

  /** Milliseconds for the headers of a plain HTTP request: a few hundred bytes, even over a bad line. */
  httpHeadersTimeout: 10_000,

  /** Milliseconds for a whole plain HTTP request; only GET and HEAD are served, so nothing more is to come. */
  httpRequestTimeout: 15_000,
} as const

export type Limits = { readonly [Name in keyof typeof LIMITS]: number }
