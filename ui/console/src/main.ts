import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/el-button.css'
import 'element-plus/theme-chalk/el-input.css'
import 'element-plus/theme-chalk/el-dropdown.css'
import 'element-plus/theme-chalk/el-dropdown-menu.css'
import 'element-plus/theme-chalk/el-dropdown-item.css'
import 'element-plus/theme-chalk/el-popper.css'
import 'element-plus/theme-chalk/el-scrollbar.css'
import './styles/base.css'

import { createApp } from 'vue'

import { API } from './api/api'
import { httpApi } from './api/client'
import App from './App.vue'
import { makeI18n } from './i18n'
import { makeRouter } from './router'
import { createSession, SESSION } from './session/session'

const session = createSession()
const api = httpApi({
  onSignedOut: () => { session.expire() },
  onPasswordMustChange: () => { session.demandPassword() },
})

// The router waits for the session: App installs it once the server has said who this is.
const router = makeRouter(session)
createApp(App, { router }).provide(API, api).provide(SESSION, session).use(makeI18n()).mount('#app')
