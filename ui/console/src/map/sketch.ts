import { Marker } from 'maplibre-gl'
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

import { useText } from '../i18n'
import { ZoneMap } from './engine'

export interface Sketch {
  zones: ZoneMap
  /** The point itself; it is on the map once it has a place. */
  pin: Marker
}

/** A small map in a box of its own, gone with its component; `ready` draws on it for the first time. */
export function useSketch(
  box: Readonly<Ref<HTMLElement | null>>,
  label: () => string,
  ready: (sketch: Sketch) => void,
) {
  const { locale } = useText()
  const status = ref<'loading' | 'ready' | 'failed'>('loading')
  let sketch: Sketch | null = null
  let gone = false

  onMounted(async () => {
    if (!box.value) return
    let zones: ZoneMap
    try {
      zones = await ZoneMap.make(box.value, label(), locale.value)
    } catch {
      status.value = 'failed'
      return
    }
    if (gone) { zones.destroy(); return }
    const element = document.createElement('span')
    element.className = 'point-pin'
    sketch = { zones, pin: new Marker({ element }).setLngLat([0, 0]) }
    status.value = 'ready'
    ready(sketch)
  })
  onBeforeUnmount(() => {
    gone = true
    sketch?.zones.destroy()
  })

  return { status, current: (): Sketch | null => sketch }
}
