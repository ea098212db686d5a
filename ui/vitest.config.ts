import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['shared', 'phone', 'console'].map((name) => ({
      plugins: [vue()],
      test: { name, root: `./${name}`, environment: 'jsdom', include: ['src/**/*.test.ts'] },
    })),
  },
})
