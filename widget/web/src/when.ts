import { tagNow } from "./text.ts";

/** A time never wraps between the figure and what it counts. */
export const tied = (text: string): string => text.replace(/\s/g, "\u00a0");

/** Hour and minute: 11:02 am. */
export const clock = (at: number): string => tied(new Date(at).toLocaleTimeString(tagNow(), { hour: "numeric", minute: "2-digit" }));

/** Names in a sentence: Priya, Rohan and Asha. */
export const names = (list: string[]): string => new Intl.ListFormat(tagNow()).format(list);
