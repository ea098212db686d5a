import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/',
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
  // MapLibre 6 starts its worker as a module.
  worker: { format: 'es' },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // MapLibre is one library in a chunk of its own that only the maps load.
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: {
        manualChunks: (id) => {
          if (id.includes('/maplibre-gl/')) return 'maplibre'
          return /\/node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify|element-plus|@element-plus|lodash|@floating-ui|@popperjs|@vueuse|dayjs|async-validator)/.test(id)
            ? 'vendor'
            : undefined
        },
      },
    },
  },
})
