import { createRouter, createWebHistory, type RouterHistory } from 'vue-router'

import ReviewPage from './review/ReviewPage.vue'
import type { Session } from './session/session'
import SignInPage from './session/SignInPage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whether the page shows without a session. */
    open?: boolean
  }
}

/** The console's addresses. A page without a session leads to the sign-in page and back. */
export function makeRouter(session: Session, history: RouterHistory = createWebHistory('/')) {
  const router = createRouter({
    history,
    routes: [
      { path: '/', redirect: '/review' },
      { path: '/sign-in', name: 'sign-in', component: SignInPage, meta: { open: true } },
      // The address in every watermark; anybody may open it.
      { path: '/V/:code?', name: 'verify', component: () => import('./verify/VerifyPage.vue'), meta: { open: true } },
      { path: '/review', name: 'review', component: ReviewPage },
      { path: '/map', name: 'map', component: () => import('./map/MapPage.vue') },
      { path: '/inspections', name: 'inspections', component: () => import('./inspections/InspectionsPage.vue') },
      { path: '/points', name: 'points', component: () => import('./points/PointsPage.vue') },
      { path: '/points/import', name: 'import', component: () => import('./points/ImportPage.vue') },
      { path: '/rescue', name: 'rescue', component: () => import('./rescue/RescuePage.vue') },
      { path: '/standards', name: 'standards', component: () => import('./standards/StandardsPage.vue') },
      { path: '/:rest(.*)', name: 'missing', component: () => import('./parts/MissingPage.vue') },
    ],
  })
  router.beforeEach((to) => {
    if (session.status.value === 'in') return to.name === 'sign-in' ? '/review' : true
    if (to.meta.open) return true
    return { name: 'sign-in', query: to.fullPath === '/review' ? {} : { next: to.fullPath } }
  })
  return router
}
