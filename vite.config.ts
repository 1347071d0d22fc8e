/**
 * How Starling is built, served while it is worked on, and unit-tested.
 */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [react()],
  test: {
    include: ['client/src/**/*.test.ts', 'client/src/**/*.test.tsx', 'signaling-server/**/*.test.ts'],
    environment: 'node',
    passWithNoTests: true,
  },
})
