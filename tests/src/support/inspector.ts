/** An inspector with the app in their hand. */
import type { PhoneWindow } from './window'
import type { Server } from './server'
import { until } from './processes'

export class Inspector {
  constructor(readonly phone: PhoneWindow) {}

  async signIn(server: Server): Promise<void> {
    await this.phone.type('account', server.inspector.account)
    await this.phone.type('password', server.inspector.password)
    await this.phone.click('[data-testid="sign-in"]')
  }

  /** The first points of the list, in the order in which they are shown; at least `count`. */
  async points(count: number): Promise<{ id: string; text: string }[]> {
    // The list is built a screenful at a time.
    const rows = await until(`${count} points are shown`, async () => {
      const shown = await this.phone.findAll('[data-testid="point-row"]')
      return shown.length >= count && shown
    })
    return await Promise.all(
      rows.map(async (row) => ({
        id: (await row.getAttribute('data-point')) ?? '',
        text: await row.getText(),
      })),
    )
  }

  async go(route: string): Promise<void> {
    await this.phone.driver.executeScript('location.hash = arguments[0]', route)
  }

  async openPoint(id: string): Promise<void> {
    await this.go(`/point/${id}`)
    await until('the point is shown', async () =>
      (await this.phone.findAll(`[data-testid="point"][data-point="${id}"]`)).length === 1,
    )
  }

  /** Gives a file to the camera's input and waits until the app has it durably or refuses it. */
  async photograph(file: string): Promise<void> {
    const photos = async (): Promise<number> => (await this.phone.findAll('[data-testid="photo-thumb"]')).length
    const errors = async (): Promise<number> => (await this.phone.findAll('[data-testid="error-message"]')).length
    const before = [await photos(), await errors()]
    await (await this.phone.find('camera-input')).sendKeys(file)
    await until(`the app takes or refuses ${file}`, async () => {
      const now = [await photos(), await errors()]
      return now[0] !== before[0] || now[1] !== before[1]
    })
  }

  /** Records a finding at a point and waits until the app says that it is saved. */
  async record(point: string, file: string, criterion: string, note: string): Promise<void> {
    await this.openPoint(point)
    await this.phone.click('[data-testid="record"]')
    await this.photograph(file)
    const about = `[data-testid="criterion"][data-code="${criterion}"]`
    await this.phone.click(about)
    await until(`${criterion} is chosen`, async () => (await this.phone.findAll(`${about} :checked`)).length === 1)
    await this.phone.type('note', note)
    await this.phone.click('[data-testid="save"]')
    await this.phone.find('saved-toast')
    // The page goes back by itself; what comes next must not overtake it.
    await until('the form is left', async () => (await this.phone.findAll('[data-testid="save"]')).length === 0)
  }

  /** What the chip on every page says. */
  async chip(): Promise<{ link: string; text: string }> {
    const chip = await this.phone.find('sync-chip')
    return { link: (await chip.getAttribute('data-link')) ?? '', text: await chip.getText() }
  }

  /** How many pictures on the page have pixels. */
  shownPhotos(): Promise<number> {
    return this.phone.driver.executeScript<number>(
      'return [...document.images].filter((image) => image.complete && image.naturalWidth > 0).length',
    )
  }

  /** The findings under 我的. */
  async findings(): Promise<{ id: string; stage: string; text: string }[]> {
    await this.go('/mine')
    await this.phone.find('sync-card')
    const rows = await this.phone.findAll('[data-testid="finding-row"]')
    return await Promise.all(
      rows.map(async (row) => {
        const id = (await row.getAttribute('data-finding')) ?? ''
        const stage = await this.phone.findAll(
          `[data-finding="${id}"] [data-testid="finding-stage"], [data-finding="${id}"][data-testid="finding-stage"]`,
        )
        return { id, stage: (await stage[0]?.getAttribute('data-stage')) ?? '', text: await row.getText() }
      }),
    )
  }
}
