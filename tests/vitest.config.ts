import { defineConfig } from 'vitest/config'

// Whole-system tests share the display and the processor, so they run one after the other.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
})
