import { h, type Kid } from "../h.ts";
import { icon } from "../icon.ts";
import type { Of } from "../items.ts";
import { t } from "../text.ts";
import { clock } from "../when.ts";

/** How far a message of the visitor's own has come: in words where a person reads it or the connection is waited for, else as a tick beside its time. */
export function ticks({ tick, named, at, seenAt }: Of<"mine">): Kid[] {
  const words = t(tick, { time: clock(seenAt || at) });
  const plain = tick === "held" || (named && /delivered|seen/.test(tick));
  return [plain ? words : clock(at), icon(/sending|held/.test(tick) ? "clock" : tick === "sent" ? "check" : "checks"), !plain && h("span.sr", words)];
}
