/**
 * Every limit of the signaling server, with its unit and its reason. Tests hand in smaller ones; nothing else does.
 * Rules SG1, SG7 and SG8.
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
   * Requests at once. A newcomer to a room of 100 sends 99 offers and about 10 candidates after each, some 1,100
   * requests in a second or two; as many again while it retries.
   */
  requestBurst: 2_000,

  /** Requests per second in the long run: 2% of a core for one socket, and a full burst again after 10 s. */
  requestsPerSecond: 200,

  /** Bytes of boxes at once: the newcomer's 1,100 signals are below 1 MiB, and this is four times that. */
  boxBurstBytes: 4 * 1024 * 1024,

  /** Bytes of boxes per second in the long run, so that nobody mistakes the server for a way to send files. */
  boxBytesPerSecond: 256 * 1024,

  /** Raw messages at once. A request takes two (its header, its box); the third is for pongs and what is no request. */
  rawMessageBurst: 6_000,

  /** Raw messages per second in the long run, three for each request. */
  rawMessagesPerSecond: 600,

  /** Broken rules at once: enough for what was under way before a client could read its first refusal. */
  offenceBurst: 32,

  /** Broken rules forgiven per second: one in 10 s, so that a page open for days is not cut off for old slips. */
  offencesForgivenPerSecond: 0.1,

  /** Bytes waiting for one client that reads slowly: twice what a newcomer's whole room of 100 sends it. */
  backlogBytes: 2 * 1024 * 1024,

  /** Milliseconds from the WebSocket's opening to Socket.IO's handshake; a slow phone needs less than a second. */
  connectTimeout: 10_000,

  /** Milliseconds between pings; with the time-out below, a dead socket is noticed within 10 s. */
  pingInterval: 5_000,

  /** Milliseconds in which a ping must be answered; a busy tab on a bad line answers within two seconds. */
  pingTimeout: 5_000,

  /** Milliseconds for the headers of a plain HTTP request: a few hundred bytes, even over a bad line. */
  httpHeadersTimeout: 10_000,

  /** Milliseconds for a whole plain HTTP request; only GET and HEAD are served, so nothing more is to come. */
  httpRequestTimeout: 15_000,
} as const

export type Limits = { readonly [Name in keyof typeof LIMITS]: number }
