import {
  START_LOCATION,
  createRouter,
  createWebHashHistory,
  type RouteLocationRaw,
  type Router,
  type RouterHistory,
} from 'vue-router'

import TodayPage from './pages/TodayPage.vue'
import type { AppState } from './state/app'

/** Goes to the form that the camera was opened from, with the photo in it. */
async function comeBack(app: AppState): Promise<RouteLocationRaw | true> {
  try {
    const found = await app.recoverCapture()
    if (found === null) return true
    const { point, inspection, item } = found
    if (inspection === null) return `/point/${point}/record`
    return { path: `/point/${point}/inspection/${inspection}`, query: { item } }
  } catch {
    // Nothing is lost: the person is told, and it is tried again at the next start.
    return true
  }
}

/** The list comes with the first script; every other page is fetched when it is opened. */
export function makeRouter(app: AppState, opened: Promise<void>, history?: RouterHistory): Router {
  const router = createRouter({
    history: history ?? createWebHashHistory(),
    routes: [
      { path: '/', name: 'today', component: TodayPage },
      { path: '/mine', name: 'mine', component: () => import('./pages/MinePage.vue') },
      { path: '/mine/rescue', name: 'rescue', component: () => import('./pages/RescuePage.vue') },
      { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue') },
      {
        path: '/point/:id',
        name: 'point',
        component: () => import('./pages/PointPage.vue'),
        props: true,
      },
      {
        path: '/point/:id/record',
        name: 'record',
        component: () => import('./pages/RecordPage.vue'),
        props: true,
      },
      {
        path: '/point/:point/inspection/:id',
        name: 'inspection',
        component: () => import('./pages/InspectionPage.vue'),
        props: true,
      },
      {
        // With its point, because a point's own page lists its findings in one request.
        path: '/point/:point/finding/:id',
        name: 'finding',
        component: () => import('./pages/FindingPage.vue'),
        props: true,
      },
      { path: '/:rest(.*)', redirect: '/' },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })

  router.beforeEach(async (to) => {
    await opened
    if (app.data.status.status === 'error') return true
    const { session, sync } = app.data
    if (session === null) return to.name === 'sign-in' ? true : { name: 'sign-in' }
    // A session that ended keeps its person: they may go on, or sign in again.
    if (to.name === 'sign-in' && sync.link !== 'signed_out') return { name: 'today' }
    // The app was ended while the camera was open: back to the form, whatever the address says.
    return app.data.interrupted ? await comeBack(app) : true
  })
  router.afterEach((_to, from) => {
    if (from !== START_LOCATION) app.hasMoved = true
  })
  return router
}
