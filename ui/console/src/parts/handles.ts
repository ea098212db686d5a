/** What a page may ask of the components below it, where an event upwards would not do. */

export interface Focusable {
  focus: () => void
}

export interface Zoomable {
  /** Opens the original over the whole screen. */
  zoom: () => void
}

export interface PanelHandle extends Zoomable {
  /** Moves the focus to the finding's name, so that a screen reader says what is open now. */
  focusTitle: () => void
}

export interface DecisionBarHandle {
  accept: () => void
  openReason: () => void
  closeReason: () => void
  /** The decision about a finding is durable: what was typed for it is no longer needed. */
  finish: (finding: string) => void
}
