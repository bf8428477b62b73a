import { h, type View } from "../h.ts";
import { icon } from "../icon.ts";
import { t } from "../text.ts";

/** The pill over the end of the log: how many replies came in below while the visitor reads further up. */
export const news = (n: number, down: () => void): View => h("button.news", { onclick: down }, icon("down"), t("fresh", { n }));
