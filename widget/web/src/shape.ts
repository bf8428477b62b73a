/** The launcher's bubble: the shell draws it before the chat is there. */
export const chat = "M12 4c5 0 8.5 3 8.5 7.5S17 19 12 19q-2 0-3.5-.5L4 20l1.5-4Q3.5 14 3.5 11.5C3.5 7 7 4 12 4Z";
