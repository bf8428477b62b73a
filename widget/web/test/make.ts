import type { Message, State as Conversation } from "@baton/realtime/visitor";
import { initial, type State } from "../src/state.ts";

const at = (seq: number) => new Date(Date.UTC(2026, 10, 24, 5, 30, seq)).toISOString();

export const message = (seq: number, more: Partial<Message> = {}): Message => ({ t: "message", conv: "c", seq, cid: `m${seq}`, kind: "text", author: { kind: "visitor" }, body: `body ${seq}`, at: at(seq), ...more });

export const conversation = (more: Partial<Conversation> = {}): Conversation => ({ t: "state", conv: "c", state: "assistant", epoch: 0, head: 0, since: at(0), person: null, online: 1, contact: false, ...more });

export const state = (more: Partial<State> = {}): State => ({ ...initial, link: "live", synced: true, ...more });
