/** The set of tokens.png: 24 grid, round ends; thin strokes are set a little stronger when small. */
const PATHS = {
  inbox: 'M4 13.5 6.6 5.8A1.8 1.8 0 0 1 8.3 4.6h7.4a1.8 1.8 0 0 1 1.7 1.2L20 13.5v4.2a1.8 1.8 0 0 1-1.8 1.8H5.8A1.8 1.8 0 0 1 4 17.7ZM4 13.5h4.4c.5 1.7 1.6 2.6 3.6 2.6s3.1-.9 3.6-2.6H20',
  person: 'M12 11.6a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6ZM4.8 20.2c.5-3.7 3.2-5.6 7.2-5.6s6.7 1.9 7.2 5.6',
  people: 'M9 11.6a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2ZM2.6 19.8c.4-3.5 2.8-5.2 6.4-5.2s6 1.7 6.4 5.2M15.6 4.7a3.6 3.6 0 0 1 0 6.6M17.6 15c2.2.7 3.5 2.3 3.8 4.8',
  spark: 'M12 3.2c.9 5.2 3.6 7.9 8.8 8.8-5.2.9-7.9 3.6-8.8 8.8-.9-5.2-3.6-7.9-8.8-8.8 5.2-.9 7.9-3.6 8.8-8.8Z',
  done: 'M12 20.6a8.6 8.6 0 1 0 0-17.2 8.6 8.6 0 0 0 0 17.2ZM8.4 12.2l2.5 2.5 4.8-5.2',
  book: 'M12 6.6c-2-1.3-4.7-1.6-8-1.4v13c3.3-.2 6 .1 8 1.4 2-1.3 4.7-1.6 8-1.4v-13c-3.3-.2-6 .1-8 1.4ZM12 6.6v13',
  clock: 'M12 20.6a8.6 8.6 0 1 0 0-17.2 8.6 8.6 0 0 0 0 17.2ZM12 7.2V12l3 2',
  reply: 'M9.4 6 4.6 10.8l4.8 4.8M4.8 10.8h9.4a5.2 5.2 0 0 1 5.2 5.2v2.2',
  lock: 'M6.8 11h10.4a1.6 1.6 0 0 1 1.6 1.6v6a1.6 1.6 0 0 1-1.6 1.6H6.8a1.6 1.6 0 0 1-1.6-1.6v-6A1.6 1.6 0 0 1 6.8 11ZM8.2 11V7.8a3.8 3.8 0 0 1 7.6 0V11',
  eye: 'M2.6 12S6 5.8 12 5.8 21.4 12 21.4 12 18 18.2 12 18.2 2.6 12 2.6 12ZM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z',
  up: 'm6.5 14.5 5.5-5.5 5.5 5.5',
  down: 'm6.5 9.5 5.5 5.5 5.5-5.5',
  left: 'm14.5 6.5-5.5 5.5 5.5 5.5',
  right: 'm9.5 6.5 5.5 5.5-5.5 5.5',
  warn: 'M12 4.2 2.9 19.4h18.2ZM12 10v4.3M12 16.9v.1',
  search: 'M10.8 17.6a6.8 6.8 0 1 0 0-13.6 6.8 6.8 0 0 0 0 13.6ZM15.8 15.8 20.4 20.4',
  plus: 'M12 5v14M5 12h14',
  upload: 'M12 15.6V4.4M7.6 8.6 12 4.2l4.4 4.4M4 15.2v3a1.8 1.8 0 0 0 1.8 1.8h12.4a1.8 1.8 0 0 0 1.8-1.8v-3',
  more: 'M5.4 12v.1M12 12v.1M18.6 12v.1',
  check: 'm5 12.6 4.6 4.6L19.4 7',
  checks: 'm2.6 12.8 4.2 4.2L15.6 7.4M11.4 16.2l.8.8 9-9.6',
  x: 'M6 6l12 12M18 6 6 18',
  copy: 'M10 8.6h8.4A1.6 1.6 0 0 1 20 10.2v8.4a1.6 1.6 0 0 1-1.6 1.6H10a1.6 1.6 0 0 1-1.6-1.6v-8.4A1.6 1.6 0 0 1 10 8.6ZM15.6 5.4v-.2A1.6 1.6 0 0 0 14 3.8H5.4a1.6 1.6 0 0 0-1.6 1.6V14a1.6 1.6 0 0 0 1.6 1.6h.2',
  info: 'M12 20.6a8.6 8.6 0 1 0 0-17.2 8.6 8.6 0 0 0 0 17.2ZM12 11.2v5M12 8v.1',
  sync: 'M19.6 11.2A7.7 7.7 0 0 0 6 7.4L4.2 9.4M4 5v4.4h4.4M4.4 12.8A7.7 7.7 0 0 0 18 16.6l1.8-2M20 19v-4.4h-4.4',
  shield: 'M12 3.6 5.2 6v5.4c0 4.3 2.7 7.3 6.8 9 4.1-1.7 6.8-4.7 6.8-9V6ZM9 11.9l2.2 2.2 4-4.4',
  arrow: 'M4.6 12h14.4M13.2 6.2 19 12l-5.8 5.8',
  out: 'M7 17 17 7M8.6 7H17v8.4',
  menu: 'M4 7h16M4 12h16M4 17h16',
  leave: 'M14.4 8V5.6A1.6 1.6 0 0 0 12.8 4H6.2a1.6 1.6 0 0 0-1.6 1.6v12.8A1.6 1.6 0 0 0 6.2 20h6.6a1.6 1.6 0 0 0 1.6-1.6V16M9.6 12h10.8M17 8.6l3.4 3.4-3.4 3.4',
  globe: 'M12 20.6a8.6 8.6 0 1 0 0-17.2 8.6 8.6 0 0 0 0 17.2ZM3.6 12h16.8M12 3.4c2.3 2.4 3.5 5.3 3.5 8.6s-1.2 6.2-3.5 8.6c-2.3-2.4-3.5-5.3-3.5-8.6s1.2-6.2 3.5-8.6Z',
  link: 'M10.2 13.8a3.6 3.6 0 0 0 5.1 0l3.2-3.2a3.6 3.6 0 0 0-5.1-5.1l-1.1 1.1M13.8 10.2a3.6 3.6 0 0 0-5.1 0l-3.2 3.2a3.6 3.6 0 0 0 5.1 5.1l1.1-1.1',
  folder: 'M3.8 7.2A1.6 1.6 0 0 1 5.4 5.6h3.4l2.2 2.4h7.6a1.6 1.6 0 0 1 1.6 1.6v7.6a1.6 1.6 0 0 1-1.6 1.6H5.4a1.6 1.6 0 0 1-1.6-1.6Z',
  filter: 'M4.6 7h14.8M7.6 12h8.8M10.4 17h3.2',
  file: 'M7.2 3.6h6.2l4.8 4.8v10.4a1.6 1.6 0 0 1-1.6 1.6H7.2a1.6 1.6 0 0 1-1.6-1.6V5.2a1.6 1.6 0 0 1 1.6-1.6ZM13.2 3.8v4.8H18',
  undo: 'M8.4 4.8 4.4 8.8l4 4M4.6 8.8h9a5.4 5.4 0 0 1 0 10.8H8.4',
  lines: 'M4 7h16M4 12h16M4 17h9.6',
  trash: 'M4.6 7h14.8M9.4 6.8V5.2A1.4 1.4 0 0 1 10.8 3.8h2.4a1.4 1.4 0 0 1 1.4 1.4v1.6M6.4 7l.8 11.8a1.6 1.6 0 0 0 1.6 1.5h6.4a1.6 1.6 0 0 0 1.6-1.5L17.6 7',
  panel: 'M5.4 4.6h13.2A1.6 1.6 0 0 1 20.2 6.2v11.6a1.6 1.6 0 0 1-1.6 1.6H5.4a1.6 1.6 0 0 1-1.6-1.6V6.2A1.6 1.6 0 0 1 5.4 4.6ZM14.6 4.8v14.4',
  back: 'M19.4 12H5M10.8 6.2 5 12l5.8 5.8',
} as const

export type IconName = keyof typeof PATHS

/** Arrows and panes that mean a direction turn round in right-to-left languages; clocks, ticks and the mark do not. */
const TURNS: ReadonlySet<IconName> = new Set<IconName>(['reply', 'left', 'right', 'arrow', 'leave', 'out', 'undo', 'panel', 'back', 'lines'])

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const width = size <= 14 ? 2.1 : size <= 16 ? 1.9 : 1.75
  return (
    <svg class={TURNS.has(name) ? 'icon turns' : 'icon'} viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor"
      stroke-width={name === 'more' ? 2.6 : width} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}

/** Baton's own mark: two hands' halves of one staff. */
export function Mark({ size = 18 }: { size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} fill="none" stroke-width="5.6" stroke-linecap="round" aria-hidden="true" focusable="false">
      <path class="mark-low" d="m5.2 18.8 3.6-3.6" />
      <path class="mark-high" d="m13.6 10.4 5.2-5.2" />
    </svg>
  )
}
