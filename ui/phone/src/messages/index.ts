/**
 * The app's words. Keys are flat and typed, so a misspelt or missing one does not compile, and a
 * search for a key finds every place that shows it.
 */
import { computed, inject, type ComputedRef, type InjectionKey } from 'vue'
import { createI18n, useI18n, type I18n } from 'vue-i18n'

import { zhCN } from './zh-CN'

export type MessageKey = keyof typeof zhCN
export type Messages = Record<MessageKey, string>
export type Locale = 'zh-CN' | 'en'
export type Text = (key: MessageKey, named?: Record<string, string | number>) => string

type PhoneI18n = I18n<
  Record<Locale, Messages>,
  Record<string, unknown>,
  Record<string, unknown>,
  Locale,
  false
>

export function createMessages(): PhoneI18n {
  return createI18n({
    legacy: false,
    locale: 'zh-CN',
    fallbackLocale: 'zh-CN',
    // Flat keys: a dot is part of the name, not a path.
    messageResolver: (messages, key) => {
      const known = messages as Partial<Record<string, string>>
      return known[key] ?? null
    },
    messages: { 'zh-CN': zhCN } as Record<Locale, Messages>,
  })
}

export const i18nKey: InjectionKey<PhoneI18n> = Symbol('i18n')

export function useMessages(): PhoneI18n {
  const i18n = inject(i18nKey)
  if (i18n === undefined) throw new Error('no messages are provided')
  return i18n
}

export function asLocale(language: string): Locale {
  return language === 'en' ? 'en' : 'zh-CN'
}

/** Shows the app in another language. English is fetched when somebody first wants it. */
export async function showLocale(i18n: PhoneI18n, locale: Locale): Promise<void> {
  if (locale === 'en') {
    const { en } = await import('./en')
    i18n.global.setLocaleMessage('en', en)
  }
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}

/** What a component needs to show words: a typed `t` and the locale that times are shown in. */
export function useText(): { t: Text; locale: ComputedRef<Locale> } {
  const composer = useI18n({ useScope: 'global' })
  const t: Text = (key, named) => (named === undefined ? composer.t(key) : composer.t(key, named))
  return { t, locale: computed(() => asLocale(composer.locale.value)) }
}
