import elementEn from 'element-plus/es/locale/lang/en.mjs'
import elementZh from 'element-plus/es/locale/lang/zh-cn.mjs'
import { computed, watchEffect } from 'vue'
import { createI18n, useI18n } from 'vue-i18n'

import en from './messages/en'
import zhCN, { type MessageKey } from './messages/zh-CN'

export type Locale = 'zh-CN' | 'en'

const STORED = 'xunfang.console.language'

/** Each language by its own name, as a language switch has to show it. */
export const LANGUAGES: readonly { id: Locale; name: string }[] = [
  { id: 'zh-CN', name: '\u4e2d\u6587' },
  { id: 'en', name: 'English' },
]

function storedLocale(): Locale {
  // Chinese first: a browser's own language says little on a shared office machine.
  return localStorage.getItem(STORED) === 'en' ? 'en' : 'zh-CN'
}

export function makeI18n(locale: Locale = storedLocale()) {
  return createI18n({
    legacy: false,
    locale,
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': zhCN, en },
  })
}

/** The texts in the chosen language, with keys that the compiler checks. */
export function useText() {
  const { t: translate, locale } = useI18n()
  const current = computed<Locale>({
    get: () => (locale.value === 'en' ? 'en' : 'zh-CN'),
    set: (value) => {
      locale.value = value
      localStorage.setItem(STORED, value)
    },
  })
  const t = (key: MessageKey, values: Record<string, string | number> = {}): string =>
    translate(key, values)
  /** Chooses between the two names that the server sends. */
  const named = (zh: string, english: string): string => (current.value === 'en' ? english || zh : zh)
  return { t, locale: current, named }
}

/** Keeps the document's language and title in step; for the root component. */
export function useDocumentLanguage(): void {
  const { t, locale } = useText()
  watchEffect(() => {
    document.documentElement.lang = locale.value
    document.title = t('app.title')
  })
}

/** The words of Element Plus's own controls. */
export function elementLocale(locale: Locale) {
  return locale === 'en' ? elementEn : elementZh
}
