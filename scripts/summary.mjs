// Adds up what the test runners counted: `summary.mjs REPORTS [FAILED STEP...]`.
//
// A runner that left no report counts as one failure, and so does every failed step that is no
// test runner, for example a lint. The last line is `N passed, N failed`.
//
// The proofs of promises leave `R2.json` and the like; they are taken over by promise. `planted.json`
// lists the bugs that were planted and the seed that noticed each.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [reports, ...failedSteps] = process.argv.slice(2)
const text = (name) => {
  const path = join(reports, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function nextest() {
  const line = /Summary \[.*?\]\s+(?:\d+\/)?(\d+) tests? run: (\d+) passed.*/.exec(text('rust.log'))
  if (line === null) return { passed: 0, failed: 1 }
  const failed = /(\d+) (?:failed|timed out)/.exec(line[0])
  return { passed: Number(line[2]), failed: Number(failed?.[1] ?? 0) }
}

function docTests() {
  const lines = [...text('rust-doc.log').matchAll(/test result: .*? (\d+) passed; (\d+) failed/g)]
  if (lines.length === 0) return { passed: 0, failed: 1 }
  return lines.reduce(
    (sum, [, passed, failed]) => ({
      passed: sum.passed + Number(passed),
      failed: sum.failed + Number(failed),
    }),
    { passed: 0, failed: 0 },
  )
}

function vitest(name) {
  const report = text(`${name}.json`)
  if (report === '') return { passed: 0, failed: 1 }
  const { numPassedTests, numTotalTests, success } = JSON.parse(report)
  const failed = numTotalTests - numPassedTests
  // A file that does not even load fails without a failed test.
  return { passed: numPassedTests, failed: success || failed > 0 ? failed : 1 }
}

const runners = {
  rust: nextest(),
  'rust-doc': docTests(),
  'ui-unit': vitest('ui-unit'),
  system: vitest('system'),
}
for (const step of failedSteps) {
  const counted = runners[step]
  if (counted === undefined) runners[step] = { passed: 0, failed: 1 }
  else if (counted.failed === 0) counted.failed = 1
}
const sum = (key) => Object.values(runners).reduce((total, runner) => total + runner[key], 0)
const totals = { passed: sum('passed'), failed: sum('failed') }
const promises = readdirSync(reports)
  .filter((name) => /^[RX][\w-]*\.json$/.test(name))
  .map((name) => JSON.parse(text(name)))
const planted = text('planted.json')
const summary = Object.assign({ runners, ...totals }, ...promises)
if (planted !== '') summary.planted = JSON.parse(planted)
writeFileSync(join(reports, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
for (const [name, { passed, failed }] of Object.entries(runners)) {
  console.log(`${name}: ${passed} passed, ${failed} failed`.replace(/^/, '  '))
}
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)
