import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  // Relative, because the shell serves the files from a scheme of its own.
  base: './',
  plugins: [vue()],
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
