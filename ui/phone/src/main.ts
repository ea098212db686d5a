import './styles/vant.css'
import './styles/theme.css'

import { createApp } from 'vue'

import App from './App.vue'
import { openBackend } from './backend'
import { backendKey } from './backend/backend'
import { createMessages, i18nKey } from './messages'
import { makeRouter } from './router'
import { ALL_POINTS, AppState, appKey } from './state/app'
import { FIRST_ROWS } from './state/pages'

const backend = openBackend()
// Asked before anything is built, so that the answers are there when the first screen is.
const asked = backend.run({ cmd: 'start' })
const firstPoints = backend.run({ ...ALL_POINTS, offset: 0, limit: FIRST_ROWS })
const state = new AppState(backend, firstPoints)
const opened = state.open(asked)
const i18n = createMessages()

createApp(App)
  .provide(backendKey, backend)
  .provide(appKey, state)
  .provide(i18nKey, i18n)
  .use(i18n)
  .use(makeRouter(state, opened))
  .mount('#app')
