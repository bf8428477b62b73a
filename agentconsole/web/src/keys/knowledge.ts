/** Keys that the knowledge page fills in when it is on screen; the page itself comes in a chunk of its own. */
export const knowledgeKeys: Record<string, () => void> = {}
