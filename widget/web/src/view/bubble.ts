import { h, type View } from "../h.ts";
import type { Of } from "../items.ts";
import { t } from "../text.ts";
import { clock } from "../when.ts";
import { trouble } from "./face.ts";
import type { Hands } from "./hands.ts";

/** A message of the visitor's own, shown at once. Plain text: what was typed is what stands there. How it travels is told by the second half. */
export const mine = (i: Of<"mine">, hands: Hands): View =>
  h(`div.mine ${i.last ? "last" : ""} ${i.first ? "" : "next"} ${i.tick}`, { key: i.key },
    h("span.sr", t("you")),
    h("div.bubble", { dir: "auto" }, i.body),
    i.tick === "failed"
      ? trouble("", t(i.tick), h("button", { onclick: hands.again }, t("again")))
      : i.last && h(`p.meta ${i.tick}`, hands.more?.ticks(i) ?? clock(i.at)),
  );
