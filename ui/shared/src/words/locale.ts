/** The languages of both apps. */
export type Locale = 'zh-CN' | 'en'

/** Fills `{name}` in a sentence. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all))
}
