import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

import { FIRST_QUESTIONS } from './src/state/first'

/** Writes into the page what its first screen asks, for whoever serves it to answer. */
const firstQuestions: Plugin = {
  name: 'first-questions',
  transformIndexHtml: (page) => page.replace('%FIRST_QUESTIONS%', JSON.stringify(FIRST_QUESTIONS)),
}

export default defineConfig({
  // Relative, because the shell serves the files from a scheme of its own.
  base: './',
  plugins: [vue(), firstQuestions],
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    // The content security policy forbids eval: messages are interpreted, not compiled to code.
    __INTLIFY_JIT_COMPILATION__: 'true',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
  },
  build: {
    // What the WebViews of the oldest phones in the field understand.
    target: ['es2020', 'chrome87', 'safari14'],
    outDir: 'dist',
    emptyOutDir: true,
    // The polyfill would be one more script before the list.
    modulePreload: { polyfill: false },
    // Small files would become data: URLs, which the policy allows for pictures only.
    assetsInlineLimit: 0,
  },
})
