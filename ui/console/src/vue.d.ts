/** For tools that read TypeScript alone; `vue-tsc` sees each component's own type instead. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent
  export default component
}
