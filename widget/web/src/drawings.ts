// Drawn for Baton on a grid of 24; lines with round ends. The spark stands for the assistant and for nothing else.

/** The launcher's bubble: the shell draws it before the chat is there. */
export const bubble = "M12 4c5 0 8.5 3 8.5 7.5S17 19 12 19q-2 0-3.5-.5L4 20l1.5-4Q3.5 14 3.5 11.5C3.5 7 7 4 12 4Z";

/** What the chat draws. */
export const drawings = {
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  person: "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM4.5 20.5c1-4 4-6 7.5-6s7 2 7.5 6",
  go: "M4.5 12h15M13 5.5l6.5 6.5-6.5 6.5",
  up: "M12 19.5v-15M5.5 11L12 4.5 18.5 11",
  alert: "M12 4.5L3 19.5h18ZM12 10.5v4M12 17v.01",
  spin: "M20 12a8 8 0 1 1-2.5-6M20 3.5v4h-4",
  stop: "M8 8h8v8H8Z",
  spark: "M12 3.5c1 5 3 7.5 8.5 8.5-5.5 1-7.5 3.5-8.5 8.5-1-5-3-7.5-8.5-8.5 5.5-1 7.5-3.5 8.5-8.5Z",
  baton: "M5 19l4.5-4.5M13.5 10.5L19 5",
};

/** What its second half draws. */
export const later = {
  clock: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 7v5l3 2",
  check: "M5 13l4.5 4L19 7",
  book: "M12 6.5Q9 4.5 3.5 5v13q5-.5 8.5 1.5 3.5-2 8.5-1.5V5Q15 4.5 12 6.5v13",
  out: "M6.5 17.5l11-11M8.5 6.5h9v9",
  checks: "M2 13l4 4 9.5-10M11.5 16.5l.5.5L22 7",
};
