import { place } from "../line.ts";
import { estimate } from "./queue.ts";
import { isReply, standing, type State } from "../state.ts";
import { first, t, tagNow } from "../text.ts";
import { told } from "./event.ts";
import { plain } from "./plain.ts";

/**
 * What those who listen are told about a change: the start and the end of an answer (never its pieces), replies, a change of place, who joined, and
 * trouble. "" for nothing. Ticks are never read out.
 */
export function announcement(before: State, s: State): string {
  if (!s.synced || !before.synced) return "";
  const failed = (x: State) => x.outgoing.filter((o) => o.journey === "failed").length;
  const line = (x: State) => standing(x) === "waiting" && place(x);
  const out = [
    s.run && !before.run && t("isWriting"),
    ...s.messages.slice(before.messages.length).map((m) => {
      if (/joined|handed|left|resolved|reopened/.test(m.event?.name ?? "")) return told(m, m.event!.name === "joined" ? m.event!.who! : first(m.event!.who), "");
      if (!isReply(m)) return "";
      const words = plain(m.body);
      const n = m.citations?.length;
      return [m.author.kind === "agent" ? `${m.author.name}: ${words}` : words, n && t("sources", { n })];
    }),
    line(s) && line(s) !== line(before) && [line(s), estimate(s)].filter(Boolean).join(", "),
    s.typing?.kind === "agent" && before.typing?.kind !== "agent" && t("typing", s.typing),
    s.conversation?.contact && !before.conversation?.contact && t("mailKept"),
    s.link !== before.link && (s.link === "lost" ? t("lost") : before.link === "lost" && s.link === "live" && t("back")),
    s.notice && !before.notice && t("slow"),
    failed(s) > failed(before) && t("failed"),
  ];
  return out
    .flat()
    .filter(Boolean)
    .map((words) => `${words}`.replace(/[^.।!?؟]$/, `$&${/^hi/.test(tagNow()) ? "।" : "."}`))
    .join(" ");
}
