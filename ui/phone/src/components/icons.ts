/**
 * The app's own icons, drawn on a 24 x 24 grid with a two-unit stroke. They are part of the script,
 * so that no icon font has to be loaded and the content policy needs no exception.
 */
export const ICONS = {
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  search: 'M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14M20 20l-4-4',
  close: 'M6 6l12 12M18 6L6 18',
  camera: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7',
  file: 'M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9h.01',
  today: 'M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 7a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5',
  user: 'M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8M4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  'check-circle': 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M8 12.2l2.8 2.8L16 9.7',
  outside: 'M12.5 20.5a8.5 8.5 0 1 1 5-14M12 12L20.5 3.5M14.5 3.5h6v6',
  question: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M9.7 9.7a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.2.9-1.2 1.7M12 16.7h.01',
  'no-fix': 'M7 7a7 7 0 0 0-1.9 3.5C5.5 15 12 21 12 21s2.2-1.9 4.2-4.6M9.5 4a7 7 0 0 1 9.5 6.5c0 1.2-.3 2.4-.9 3.5M4 4l16 16',
  alert: 'M12 4L2.8 20h18.4zM12 10v4.5M12 17.2h.01',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M12 11v5.5M12 7.7h.01',
  cloud: 'M7 18.5a4.5 4.5 0 0 1-.4-9A5.8 5.8 0 0 1 17.8 10.6a4 4 0 0 1-.3 7.9zM9.5 13.8l2 2 3.5-3.5',
  'cloud-off': 'M9 6.5a5.8 5.8 0 0 1 8.8 4.1a4 4 0 0 1 2.4 6.4M6.6 9.5a4.5 4.5 0 0 0 .4 9h9.5M4 4l16 16',
  sync: 'M19.5 10a8 8 0 0 0-14-3L3.5 9M3.5 4.5V9H8M4.5 14a8 8 0 0 0 14 3l2-2M20.5 19.5V15H16',
  phone: 'M7 3h10v18H7zM11 18h2',
  undo: 'M8.5 5L4 9.5L8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3',
  server: 'M4 4.5h16v6H4zM4 13.5h16v6H4zM7.5 7.5h.01M7.5 16.5h.01',
  eye: 'M2.5 12S6 5.5 12 5.5S21.5 12 21.5 12S18 18.5 12 18.5S2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6',
  'eye-off': 'M9.5 6a9.5 9.5 0 0 1 2.5-.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.6M6 7.5A16.5 16.5 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4-.9M4 4l16 16',
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  minus: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M8 12h8',
  plus: 'M12 5v14M5 12h14',
  clipboard: 'M8 5H6v16h12V5h-2M9 3h6v4H9zM9 12l2 2 4-4',
  walk: 'M13 4.5h.01M10 21l2-6-2.5-2.5L11 8l3 2.5 3 1M7 12l1.5-3L11 8M12 15l3 2.5L16 21',
  pencil: 'M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5',
} as const

export type IconName = keyof typeof ICONS
