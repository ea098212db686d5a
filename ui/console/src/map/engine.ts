import 'maplibre-gl/dist/maplibre-gl.css'
import './marks.css'

import type { ReviewState } from '@xunfang/shared'
import type { Feature } from 'geojson'
import { type GeoJSONSource, LngLatBounds, Map as MapLibre, type PaddingOptions, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

import { type Box, graticule, type LngLatPair } from './geo'

// Served from this origin: the content security policy allows no other, and nothing is evaluated.
setWorkerUrl(workerUrl)

/** A colour and a shape for each state, as on the marks of the review page. */
const STATE_COLOURS: Record<ReviewState, string> = {
  pending: '#285a9e',
  accepted: '#17693f',
  returned: '#a3341a',
}
const ICON_EDGE = 22
const PIXEL_RATIO = 2

const EMPTY = { type: 'FeatureCollection' as const, features: [] }
/** Where a map without anything on it opens: the middle of the country. */
const NOWHERE: LngLatPair = [104, 35.5]

function drawIcon(state: ReviewState, selected: boolean): ImageData | null {
  const edge = ICON_EDGE * PIXEL_RATIO
  const canvas = document.createElement('canvas')
  canvas.width = edge
  canvas.height = edge
  const pen = canvas.getContext('2d')
  if (!pen) return null
  const middle = edge / 2
  const r = middle * (selected ? 0.78 : 0.56)
  pen.beginPath()
  switch (state) {
    case 'pending':
      pen.arc(middle, middle, r, 0, Math.PI * 2)
      break
    case 'accepted':
      pen.roundRect(middle - r * 0.88, middle - r * 0.88, r * 1.76, r * 1.76, 4)
      break
    case 'returned':
      pen.moveTo(middle, middle - r * 1.12)
      pen.lineTo(middle + r * 1.12, middle)
      pen.lineTo(middle, middle + r * 1.12)
      pen.lineTo(middle - r * 1.12, middle)
      pen.closePath()
      break
  }
  pen.fillStyle = STATE_COLOURS[state]
  pen.strokeStyle = '#fff'
  pen.lineJoin = 'round'
  pen.lineWidth = selected ? 5 : 3.5
  pen.fill()
  pen.stroke()
  return pen.getImageData(0, 0, edge, edge)
}

function addImages(map: MapLibre): void {
  for (const state of ['pending', 'accepted', 'returned'] as const) {
    for (const selected of [false, true]) {
      const image = drawIcon(state, selected)
      if (image) map.addImage(`${state}${selected ? '-selected' : ''}`, image, { pixelRatio: PIXEL_RATIO })
    }
  }
}

function addLayers(map: MapLibre): void {
  for (const id of ['graticule', 'rings', 'accuracy', 'findings']) {
    // Without tolerance 0 a ring loses half its vertices and shows corners.
    map.addSource(id, { type: 'geojson', data: EMPTY, tolerance: 0 })
  }
  map.addLayer({ id: 'graticule', type: 'line', source: 'graticule', paint: { 'line-color': '#d3e0e0', 'line-width': 1 } })
  map.addLayer({ id: 'ring-fill', type: 'fill', source: 'rings', paint: { 'fill-color': '#0b7c88', 'fill-opacity': ['case', ['get', 'chosen'], 0.13, 0.06] } })
  map.addLayer({ id: 'ring-edge', type: 'line', source: 'rings', paint: { 'line-color': '#0b5c69', 'line-width': ['case', ['get', 'chosen'], 2, 1.2], 'line-opacity': ['case', ['get', 'chosen'], 1, 0.65] } })
  map.addLayer({ id: 'accuracy-fill', type: 'fill', source: 'accuracy', paint: { 'fill-color': '#c77700', 'fill-opacity': 0.12 } })
  map.addLayer({ id: 'accuracy-edge', type: 'line', source: 'accuracy', paint: { 'line-color': '#a86200', 'line-width': 1.3, 'line-dasharray': [3, 2] } })
  map.addLayer({
    id: 'findings',
    type: 'symbol',
    source: 'findings',
    layout: {
      'icon-image': ['concat', ['get', 'state'], ['case', ['get', 'chosen'], '-selected', '']],
      'icon-allow-overlap': true,
      'symbol-sort-key': ['case', ['get', 'chosen'], 1, 0],
    },
  })
}

export interface CircleFeature {
  ring: LngLatPair[]
  chosen: boolean
}

export interface DotFeature {
  id: string
  at: LngLatPair
  state: ReviewState
  chosen: boolean
}

/** A map without a base map: graticule, zones, accuracy circles and findings. */
export class ZoneMap {
  private constructor(readonly map: MapLibre) {}

  /** Makes a map in a box; throws where the browser has no WebGL. */
  static async make(container: HTMLElement, label: string, locale: 'zh-CN' | 'en'): Promise<ZoneMap> {
    const map = new MapLibre({
      container,
      style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': '#eff5f4' } }] },
      center: NOWHERE,
      zoom: 3,
      maxZoom: 20,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      // Metres stay metres in one glance: no tilted or rotated view of a sketch.
      maxPitch: 0,
      fadeDuration: 0,
      locale: { 'Map.Title': label },
    })
    map.touchZoomRotate.disableRotation()
    map.keyboard.disableRotation()
    map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 110 }), 'bottom-left')
    map.getCanvas().lang = locale
    await map.once('load')
    addImages(map)
    addLayers(map)
    const made = new ZoneMap(map)
    const draw = (): void => { made.drawGraticule() }
    map.on('moveend', draw)
    draw()
    return made
  }

  private set(source: string, features: Feature[]): void {
    void this.map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features })
  }

  private drawGraticule(): void {
    const bounds = this.map.getBounds()
    const view: Box = { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() }
    this.set('graticule', [
      { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: graticule(view) } },
    ])
  }

  setCircles(source: 'rings' | 'accuracy', circles: readonly CircleFeature[]): void {
    this.set(
      source,
      circles.map(({ ring, chosen }) => ({
        type: 'Feature',
        properties: { chosen },
        geometry: { type: 'Polygon', coordinates: [ring] },
      })),
    )
  }

  setDots(dots: readonly DotFeature[]): void {
    this.set(
      'findings',
      dots.map(({ id, at, state, chosen }) => ({
        type: 'Feature',
        properties: { id, state, chosen },
        geometry: { type: 'Point', coordinates: at },
      })),
    )
  }

  fit(box: Box, padding: number | PaddingOptions, animate: boolean): void {
    const still = !animate || matchMedia('(prefers-reduced-motion: reduce)').matches
    this.map.fitBounds(new LngLatBounds([box.west, box.south, box.east, box.north]), {
      padding,
      maxZoom: 18,
      duration: still ? 0 : 500,
    })
  }

  destroy(): void {
    this.map.remove()
  }
}
