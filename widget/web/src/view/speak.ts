import { estimate, place } from "../line.ts";
import { standing, type State } from "../state.ts";
import { t } from "../text.ts";

/** Words as they are heard: without Markdown's signs and the numbers of chips. */
const plain = (text: string): string => text.replace(/\s?\[\d+\]|[*_`>#|]/g, "");

/**
 * What those who listen are told about a change: the start and the end of an answer (never its pieces), replies, a change of place, who joined, and
 * trouble. "" for nothing. Ticks are never read out.
 */
export function announcement(before: State, s: State): string {
  if (!s.synced || !before.synced) return "";
  const out: string[] = [];
  if (s.run && !before.run) out.push(t("isWriting"));
  for (const m of s.messages.slice(before.messages.length)) {
    const first = m.event?.who?.split(" ")[0] ?? "";
    if (m.event?.name === "joined") out.push(t("joined", { name: m.event.who ?? "" }));
    else if (m.event?.name === "handed_back") out.push(t("handedBack", { name: first || t("assistant") }));
    else if (m.event?.name === "left_line") out.push(t("leftLine"));
    else if (m.event?.name === "resolved") out.push(t("resolved"));
    else if (m.kind === "text" && m.author.kind !== "visitor") {
      const n = m.citations?.length ?? 0;
      out.push(`${m.author.kind === "agent" ? `${m.author.name}: ` : ""}${plain(m.body)}`, n ? t("sources", { n }) : "");
    }
  }
  if (standing(s) === "waiting") {
    const words = (x: State) => (standing(x) === "waiting" ? place(x) : "");
    if (words(s) !== words(before)) out.push([words(s), estimate(s)].filter(Boolean).join(", "));
  }
  if (s.typing?.kind === "agent" && before.typing?.kind !== "agent") out.push(t("typing", { name: s.typing.name }));
  if (s.conversation?.contact && !before.conversation?.contact) out.push(t("mailKept"));
  if (s.link !== before.link) out.push(s.link === "lost" ? t("lost") : s.link === "live" && before.link === "lost" ? t("back") : "");
  if (s.outgoing.some((o) => o.journey === "failed" && !before.outgoing.some((b) => b.cid === o.cid && b.journey === "failed"))) out.push(t("failed"));
  return out
    .filter(Boolean)
    .map((words) => words.replace(/[.।]$/, ""))
    .join(". ");
}
