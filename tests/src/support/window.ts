/** The real app window, driven through WebDriver. */
import { join } from 'node:path'

import { Builder, By, until as appears, type WebDriver, type WebElement } from 'selenium-webdriver'

import { PROGRAMS, answers, freePort, pidsOf, start, until, type Running } from './processes'

const APP = join(PROGRAMS, 'xunfang-app')

/** A display to draw on: the one that is there, or one that exists only for the tests. */
async function display(): Promise<{ name: string; running: Running | null }> {
  const present = process.env['DISPLAY']
  if (present !== undefined && present !== '') return { name: present, running: null }
  const running = start('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'])
  const number = await until('a display opens', () =>
    Promise.resolve(/^(\d+)\s*$/m.exec(running.output())?.[1]),
  )
  return { name: `:${number}`, running }
}

export interface PhoneWindowOptions {
  /** Folder for everything the phone keeps. */
  readonly data: string
  /** Server address to offer at sign-in. */
  readonly server: string
  /** `latitude,longitude,accuracy`. */
  readonly position: string
  /** Folder into which rescue files are saved without asking where to. */
  readonly rescue?: string
}

export class PhoneWindow {
  #driver: WebDriver | null = null

  private constructor(
    private readonly options: PhoneWindowOptions,
    private readonly driverPort: number,
    private readonly helpers: readonly Running[],
  ) {}

  static async prepare(options: PhoneWindowOptions): Promise<PhoneWindow> {
    const screen = await display()
    const [port, nativePort] = [await freePort(), await freePort()]
    const driver = start(
      'tauri-driver',
      ['--port', String(port), '--native-port', String(nativePort)],
      {
        DISPLAY: screen.name,
        XUNFANG_DATA: options.data,
        XUNFANG_SERVER: options.server,
        XUNFANG_POSITION: options.position,
        ...(options.rescue === undefined ? {} : { XUNFANG_RESCUE: options.rescue }),
        // Without a graphics card WebKit would look for one at every start.
        WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      },
    )
    await answers('the driver', driver, `http://127.0.0.1:${port}/status`)
    return new PhoneWindow(options, port, screen.running === null ? [driver] : [driver, screen.running])
  }

  /** Opens the app. */
  async open(): Promise<void> {
    this.#driver = await new Builder()
      .usingServer(`http://127.0.0.1:${this.driverPort}/`)
      .withCapabilities({ browserName: 'wry', 'tauri:options': { application: APP } })
      .build()
  }

  /** Ends the app as a power cut would: no handler runs. Returns the processes that it was. */
  async kill(): Promise<number[]> {
    const pids = await pidsOf(APP, 'XUNFANG_DATA', this.options.data)
    if (pids.length === 0) throw new Error('the app is not running')
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    await until('the app is gone', async () =>
      (await pidsOf(APP, 'XUNFANG_DATA', this.options.data)).length === 0,
    )
    // The session of a dead window cannot be closed any more; that it fails is expected.
    await this.driver.quit().catch(() => undefined)
    this.#driver = null
    return pids
  }

  /** Closes the app and what drives it. */
  async close(): Promise<void> {
    await this.#driver?.quit()
    this.#driver = null
    for (const helper of this.helpers) await helper.end()
  }

  get driver(): WebDriver {
    if (this.#driver === null) throw new Error('the window is not open')
    return this.#driver
  }

  /** Waits for an element by its test id. */
  find(testId: string, withinMs = 20_000): Promise<WebElement> {
    return this.driver.wait(
      appears.elementLocated(By.css(`[data-testid="${testId}"]`)),
      withinMs,
      `nothing with the test id ${testId} within ${withinMs} ms`,
    )
  }

  findAll(selector: string): Promise<WebElement[]> {
    return this.driver.findElements(By.css(selector))
  }

  /** Waits for an element, scrolls it into view and clicks it. */
  async click(selector: string): Promise<void> {
    const element = await this.driver.wait(appears.elementLocated(By.css(selector)), 20_000, selector)
    await this.driver.executeScript('arguments[0].scrollIntoView({ block: "center" })', element)
    try {
      await this.driver.wait(appears.elementIsEnabled(element), 20_000)
    } catch (error) {
      throw new Error(`${selector} is not enabled on this page:\n${await this.text()}`, { cause: error })
    }
    await element.click()
  }

  async type(testId: string, text: string): Promise<void> {
    const element = await this.find(testId)
    await element.clear()
    if (text !== '') await element.sendKeys(text)
  }

  /** Names of the commands whose answers the shell wrote into the page. */
  async openingAnswers(): Promise<string[]> {
    const text = await this.driver.executeScript<string>(
      'return document.getElementById("opening").textContent',
    )
    const answered = JSON.parse(text) as { command: { cmd: string }; answer?: unknown }[]
    return answered.filter((one) => one.answer !== undefined).map((one) => one.command.cmd)
  }

  /** Takes a picture of the page, as base64. */
  async screenshot(): Promise<string> {
    // WebKit gives a picture with the next frame, and of a page at rest there is none for a minute.
    await this.driver.executeScript(`
      const dot = document.createElement('i')
      dot.style.cssText = 'position: fixed; right: 0; bottom: 0; width: 1px; height: 1px; background: #fff'
      document.body.append(dot)
      let left = 100
      const ticking = setInterval(() => {
        left -= 1
        dot.style.opacity = left % 2 === 0 ? '0.01' : '0.02'
        if (left > 0) return
        clearInterval(ticking)
        dot.remove()
      }, 20)`)
    return await this.driver.takeScreenshot()
  }

  /** The visible text of the whole page. */
  async text(): Promise<string> {
    return await (await this.driver.findElement(By.css('body'))).getText()
  }
}
