import './styles/vant.css'
import './styles/theme.css'

import { createApp } from 'vue'

import App from './App.vue'
import { openBackend } from './backend'
import { backendKey } from './backend/backend'
import { createMessages, i18nKey } from './messages'
import { makeRouter } from './router'
import { AppState, appKey } from './state/app'
import { tellSurroundings } from './state/surroundings'

const backend = openBackend()
const state = new AppState(backend)
const opened = state.open()
const i18n = createMessages()

createApp(App)
  .provide(backendKey, backend)
  .provide(appKey, state)
  .provide(i18nKey, i18n)
  .use(i18n)
  .use(makeRouter(state, opened))
  .mount('#app')

void tellSurroundings(backend, { browser: navigator, page: document, window })
