/** Binary messages of the live channel (docs/live.md): what belongs to one document. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { isObject, isString, type Json, type JsonObject, parseJson } from "./json.ts";

/** A message of Jupyter's comm protocol (widgets), with its binary buffers. */
export interface CommMessage {
  readonly msgType: string;
  readonly content: JsonObject;
  readonly metadata: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

/** A message that only what is open knows how to read (`terminal.ts`). */
export interface OtherMessage {
  readonly kind: "other";
  readonly code: number;
  readonly payload: Uint8Array;
}

export type OutgoingMessage =
  | OtherMessage
  | { readonly kind: "sync1"; readonly vector: Uint8Array }
  | { readonly kind: "sync2" | "update"; readonly seq: number; readonly update: Uint8Array }
  | { readonly kind: "awareness"; readonly update: Uint8Array }
  | { readonly kind: "rescue"; readonly seq: number; readonly generation: string; readonly state: Uint8Array }
  | { readonly kind: "call"; readonly id: number; readonly method: string; readonly params: JsonObject }
  | { readonly kind: "comm"; readonly message: CommMessage };

export type Reply =
  | { readonly id: number; readonly result: Json }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };

export type IncomingMessage =
  | OtherMessage
  | { readonly kind: "sync1"; readonly vector: Uint8Array }
  | { readonly kind: "sync2" | "update"; readonly update: Uint8Array }
  | { readonly kind: "awareness"; readonly update: Uint8Array }
  | { readonly kind: "ack"; readonly seq: number }
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "event"; readonly value: unknown }
  | { readonly kind: "comm"; readonly message: CommMessage };

const KIND = {
  sync1: 0,
  sync2: 1,
  update: 2,
  awareness: 3,
  ack: 4,
  rescue: 5,
  call: 16,
  reply: 17,
  event: 18,
  comm: 19,
} as const;

const PART = 6;
/** Well below what the server takes in one message. */
export const PART_BYTES = 512 * 1024;

/** The bytes of a message on a channel, in parts if it is large; they are to be sent one right after the other. */
export function encodeMessage(channel: number, message: OutgoingMessage): Uint8Array<ArrayBuffer>[] {
  const encoder = encoding.createEncoder();
  writePayload(encoder, message);
  const payload = encoding.toUint8Array(encoder);
  const frames: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  for (; payload.length - start > PART_BYTES; start += PART_BYTES)
    frames.push(encodeFrame(channel, PART, payload.subarray(start, start + PART_BYTES)));
  frames.push(
    encodeFrame(channel, message.kind === "other" ? message.code : KIND[message.kind], payload.subarray(start)),
  );
  return frames;
}

function encodeFrame(channel: number, kind: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, channel);
  encoding.writeUint8(encoder, kind);
  encoding.writeUint8Array(encoder, payload);
  return encoding.toUint8Array(encoder);
}

function writePayload(encoder: encoding.Encoder, message: OutgoingMessage): void {
  switch (message.kind) {
    case "sync1":
      return encoding.writeUint8Array(encoder, message.vector);
    case "sync2":
    case "update":
      encoding.writeVarUint(encoder, message.seq);
      return encoding.writeUint8Array(encoder, message.update);
    case "awareness":
      return encoding.writeUint8Array(encoder, message.update);
    case "rescue":
      encoding.writeVarUint(encoder, message.seq);
      encoding.writeVarString(encoder, message.generation);
      return encoding.writeUint8Array(encoder, message.state);
    case "call":
      return writeJson(encoder, { id: message.id, method: message.method, params: message.params });
    case "comm":
      return writeComm(encoder, message.message);
    case "other":
      return encoding.writeUint8Array(encoder, message.payload);
  }
}

function writeJson(encoder: encoding.Encoder, value: object): void {
  encoding.writeUint8Array(encoder, new TextEncoder().encode(JSON.stringify(value)));
}

function writeComm(encoder: encoding.Encoder, message: CommMessage): void {
  const { msgType, content, metadata } = message;
  encoding.writeVarString(encoder, JSON.stringify({ msg_type: msgType, content, metadata }));
  for (const buffer of message.buffers) encoding.writeVarUint8Array(encoder, buffer);
}

/** The channel and the message in bytes; the message is null if it is none that we know. Throws on no channel. */
export function decodeMessage(bytes: Uint8Array): { channel: number; message: IncomingMessage | null } {
  const decoder = decoding.createDecoder(bytes);
  const channel = decoding.readVarUint(decoder);
  try {
    return { channel, message: readPayload(decoder) };
  } catch {
    return { channel, message: null };
  }
}

function readPayload(decoder: decoding.Decoder): IncomingMessage | null {
  const code = decoding.readUint8(decoder);
  switch (code) {
    case KIND.sync1:
      return { kind: "sync1", vector: decoding.readTailAsUint8Array(decoder) };
    case KIND.sync2:
      decoding.readVarUint(decoder);
      return { kind: "sync2", update: decoding.readTailAsUint8Array(decoder) };
    case KIND.update:
      decoding.readVarUint(decoder);
      return { kind: "update", update: decoding.readTailAsUint8Array(decoder) };
    case KIND.awareness:
      return { kind: "awareness", update: decoding.readTailAsUint8Array(decoder) };
    case KIND.ack:
      return { kind: "ack", seq: decoding.readVarUint(decoder) };
    case KIND.reply:
      return parseReply(readJson(decoder));
    case KIND.event:
      return { kind: "event", value: readJson(decoder) };
    case KIND.comm:
      return readComm(decoder);
    default:
      return { kind: "other", code, payload: decoding.readTailAsUint8Array(decoder) };
  }
}

function readJson(decoder: decoding.Decoder): unknown {
  return parseJson(new TextDecoder().decode(decoding.readTailAsUint8Array(decoder)));
}

function parseReply(value: unknown): IncomingMessage | null {
  if (!isObject(value) || typeof value.id !== "number") return null;
  const { id, error } = value;
  if (!isObject(error)) return { kind: "reply", reply: { id, result: (value.result ?? {}) as Json } };
  const { code, message } = error;
  return { kind: "reply", reply: { id, error: { code: String(code ?? "internal"), message: String(message ?? "") } } };
}

function readComm(decoder: decoding.Decoder): IncomingMessage | null {
  const header = parseJson(decoding.readVarString(decoder));
  if (!isObject(header) || !isString(header.msg_type)) return null;
  const buffers: Uint8Array[] = [];
  while (decoding.hasContent(decoder)) buffers.push(decoding.readVarUint8Array(decoder).slice());
  const fields = { content: asObject(header.content), metadata: asObject(header.metadata) };
  return { kind: "comm", message: { msgType: header.msg_type, ...fields, buffers } };
}

const asObject = (value: unknown): JsonObject => (isObject(value) ? (value as JsonObject) : {});
