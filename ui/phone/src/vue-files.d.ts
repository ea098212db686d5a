// For tools that read types without Vue's own compiler, such as the linter; vue-tsc never uses it.
declare module '*.vue' {
  import type { Component } from 'vue'

  const component: Component
  export default component
}
