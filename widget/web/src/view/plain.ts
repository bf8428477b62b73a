import { h, type View } from "../h.ts";

/** A text as it is heard: without Markdown's signs and the numbers of chips, also where only a part of them has come. */
export const plain = (text: string): string => text.replace(/\s?\[\d*(\]|$)|[*_`>#|]/g, "");

/** How a text stands until the second half of the widget is there: in plain paragraphs, never with its raw signs. */
export const paragraphs = (text: string): View[] => plain(text).trim().split("\n\n").map((words) => h("p", words));
