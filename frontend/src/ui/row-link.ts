/** Of a link or button that may be pressed anywhere in its row; the row itself is `relative`. */
export const rowLink =
  'after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent'
