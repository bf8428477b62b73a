/** Which language file a tag needs; "" for English, which is built in. */
export const languageOf = (locale: string): string => /^(hi|ar)\b/i.exec(locale)?.[0].toLowerCase() ?? "";
