import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `unit` projects run in jsdom; `system` drives the real window and browser, one file at a time.
export default defineConfig({
  test: {
    projects: [
      ...['shared', 'phone', 'console'].map((name) => ({
        plugins: [vue()],
        test: { name, root: `./${name}`, environment: 'jsdom', include: ['src/**/*.test.ts'] },
      })),
      {
        test: {
          name: 'system',
          root: './system',
          environment: 'node',
          include: ['src/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
})
