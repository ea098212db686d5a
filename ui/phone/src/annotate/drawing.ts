/** What is being drawn on a photo, without the screen. */
import type { DrawnShape, InkColour, Spot } from '@xunfang/shared'
import { computed, reactive, type ComputedRef } from 'vue'

import { LABEL_CHARS_MAX, PATH_SPOTS_MAX, SHAPES_MAX, SHORTEST, SPOTS_MAX, SPOT_MAX, STEP } from './measures'

export type Tool = 'arrow' | 'ellipse' | 'line' | 'label' | 'mosaic'
export const TOOLS: readonly Tool[] = ['arrow', 'ellipse', 'line', 'label', 'mosaic']
export const COLOURS: readonly InkColour[] = ['red', 'yellow', 'blue', 'white']

interface DrawingData {
  tool: Tool
  colour: InkColour
  shapes: DrawnShape[]
  /** What the finger draws at this moment. */
  current: DrawnShape | null
}

const far = (one: Spot, other: Spot): number => Math.hypot(one.x - other.x, one.y - other.y)

/** The width and height of a photo in ten-thousandths of its longer side. */
export function extent(width: number, height: number): { x: number; y: number } {
  const longer = Math.max(width, height, 1)
  return { x: (SPOT_MAX * width) / longer, y: (SPOT_MAX * height) / longer }
}

export class Drawing {
  readonly data: DrawingData
  readonly full: ComputedRef<boolean>
  readonly changed: ComputedRef<boolean>
  readonly #extent: { x: number; y: number }
  /** What was there before each change, the last change last. */
  readonly #before: DrawnShape[][] = []
  readonly #saved: string

  constructor(shapes: readonly DrawnShape[], width: number, height: number) {
    this.#extent = extent(width, height)
    this.#saved = JSON.stringify(shapes)
    // What was drawn last time is undone one by one as well.
    shapes.forEach((_, count) => this.#before.push(shapes.slice(0, count)))
    this.data = reactive<DrawingData>({ tool: 'arrow', colour: 'red', shapes: [...shapes], current: null })
    this.full = computed(() =>
      this.data.shapes.length >= SHAPES_MAX || (this.data.tool === 'line' && this.#spots() > SPOTS_MAX - 2))
    this.changed = computed(() => JSON.stringify(this.data.shapes) !== this.#saved)
  }

  /** A place by its share of the photo's width and height; outside counts as the edge. */
  spot(across: number, down: number): Spot {
    const within = (share: number, most: number): number => Math.round(Math.min(1, Math.max(0, share)) * most)
    return { x: within(across, this.#extent.x), y: within(down, this.#extent.y) }
  }

  begin(at: Spot): void {
    if (this.full.value) return
    const { tool, colour } = this.data
    if (tool === 'label') return
    if (tool === 'line') this.data.current = { shape: 'line', path: [at], colour }
    else if (tool === 'mosaic') this.data.current = { shape: 'mosaic', from: at, to: at }
    else this.data.current = { shape: tool, from: at, to: at, colour }
  }

  move(to: Spot): void {
    const { current } = this.data
    if (current === null || current.shape === 'label') return
    if (current.shape !== 'line') {
      current.to = to
      return
    }
    const last = current.path.at(-1)
    const room = Math.min(PATH_SPOTS_MAX, SPOTS_MAX - this.#spots())
    if (last && far(last, to) >= STEP && current.path.length < room) current.path.push(to)
  }

  /** Keeps what was drawn, unless it is too short to be meant. */
  end(): void {
    const { current } = this.data
    this.data.current = null
    if (current === null || current.shape === 'label') return
    const long = current.shape === 'line'
      ? current.path.length > 1
      : far(current.from, current.to) >= SHORTEST
    if (long) this.#add(current)
  }

  /** Forgets what is being drawn: a second finger, or a call that came in. */
  cancel(): void {
    this.data.current = null
  }

  write(at: Spot, text: string): void {
    const said = Array.from(text.replace(/\s+/gu, ' ').trim()).slice(0, LABEL_CHARS_MAX).join('')
    if (said !== '' && !this.full.value) this.#add({ shape: 'label', at, text: said, colour: this.data.colour })
  }

  undo(): void {
    const before = this.#before.pop()
    if (before) this.data.shapes = before
  }

  clear(): void {
    if (this.data.shapes.length === 0) return
    this.#before.push(this.data.shapes)
    this.data.shapes = []
  }

  /** Spots of the freehand lines so far. */
  #spots(): number {
    return this.data.shapes.reduce((sum, shape) => sum + (shape.shape === 'line' ? shape.path.length : 0), 0)
  }

  #add(shape: DrawnShape): void {
    this.#before.push(this.data.shapes)
    this.data.shapes = [...this.data.shapes, shape]
  }
}
