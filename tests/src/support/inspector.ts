/** An inspector with the app in their hand. */
import type { PhoneWindow } from './window'
import type { Server } from './server'
import { until } from './processes'

/** A finding as a row of the list under 我的 shows it. */
export interface ListedFinding {
  readonly id: string
  readonly stage: string
  /** What the row says of the stage. */
  readonly words: string
  /** The photo that the row shows. */
  readonly sha256: string
}

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
    await this.openForm(point)
    await this.photograph(file)
    await this.choose(criterion)
    await this.phone.type('note', note)
    await this.phone.click('[data-testid="save"]')
    await this.phone.find('saved-toast')
    // The page goes back by itself; what comes next must not overtake it.
    await until('the form is left', async () => (await this.phone.findAll('[data-testid="save"]')).length === 0)
  }

  /** Opens the form for findings at a point. */
  async openForm(point: string): Promise<void> {
    await this.openPoint(point)
    await this.phone.click('[data-testid="record"]')
  }

  /** Records a finding on the form that is open, and stays there for the next one. */
  async recordAndGoOn(file: string, criterion: string): Promise<void> {
    await this.photograph(file)
    await this.choose(criterion)
    await this.phone.click('[data-testid="save-next"]')
    // It is emptied once the finding is durable.
    await until('the form is empty again', async () => (await this.phone.findAll('[data-testid="photo-thumb"]')).length === 0)
  }

  /** Says on the form what is wrong. */
  async choose(criterion: string): Promise<void> {
    const about = `[data-testid="criterion"][data-code="${criterion}"]`
    await this.phone.click(about)
    await until(`${criterion} is chosen`, async () => (await this.phone.findAll(`${about} :checked`)).length === 1)
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

  /** All findings under 我的: scrolls through the list until it says `end`. */
  async allFindings(end: string): Promise<ListedFinding[]> {
    await this.go('/mine')
    await this.phone.find('finding-row')
    return await until(`the list says ${end}`, async () => {
      const { rows, ended } = await this.phone.driver.executeScript<{ rows: ListedFinding[]; ended: boolean }>(
        `const rows = [...document.querySelectorAll('[data-testid="finding-row"]')]
        rows.at(-1)?.scrollIntoView({ block: 'end' })
        return {
          ended: document.body.textContent.includes(arguments[0]),
          rows: rows.map((row) => {
            const stage = row.querySelector('[data-testid="finding-stage"]')
            return {
              id: row.dataset.finding,
              stage: stage?.dataset.stage ?? '',
              words: stage?.textContent.trim() ?? '',
              sha256: /[0-9a-f]{64}/.exec(row.querySelector('img')?.src ?? '')?.[0] ?? '',
            }
          }),
        }`,
        end,
      )
      if (ended) return rows
      // The list reads on when its end comes into sight, so it has to go out of sight in between.
      await this.phone.driver.executeScript('scrollTo({ top: 0 })')
      return null
    })
  }
}
