"""Addresses of recruitment: the force's own pages, and those that anybody may open."""

from django.urls import URLPattern, path

from personnel.views.recruitment import board, campaigns, candidates, figures, public, quota

urlpatterns: list[URLPattern] = [
    path("recruitment/", campaigns.campaign_list, name="campaign-list"),
    path("recruitment/new/", campaigns.campaign_new, name="campaign-new"),
    path("recruitment/quota/", quota.quota_table, name="quota-table"),
    path("recruitment/quota/<int:pk>/", quota.quota_set, name="quota-set"),
    path("recruitment/<int:pk>/", campaigns.campaign_detail, name="campaign-detail"),
    path("recruitment/<int:pk>/edit/", campaigns.campaign_edit, name="campaign-edit"),
    path("recruitment/<int:pk>/parts/<slug:part>/", campaigns.campaign_part, name="campaign-part"),
    path("recruitment/<int:pk>/submit/", campaigns.campaign_submit, name="campaign-submit"),
    path("recruitment/<int:pk>/approve/", campaigns.campaign_approve, name="campaign-approve"),
    path("recruitment/<int:pk>/return/", campaigns.campaign_return, name="campaign-return"),
    path("recruitment/<int:pk>/end/", campaigns.campaign_end, name="campaign-end"),
    path("recruitment/<int:pk>/freeze/", campaigns.campaign_freeze, name="campaign-freeze"),
    path("recruitment/<int:pk>/ranking/", campaigns.campaign_ranking, name="campaign-ranking"),
    path("recruitment/<int:pk>/notice/", campaigns.campaign_notice, name="campaign-notice"),
    path("recruitment/<int:pk>/figures/", figures.campaign_figures, name="campaign-figures"),
    path("recruitment/<int:pk>/board/", board.campaign_board, name="campaign-board"),
    path("recruitment/<int:pk>/board/decide/", board.board_decide, name="board-decide"),
    path("recruitment/<int:pk>/board/<int:step>/let-in/", board.board_let_in, name="board-let-in"),
    path("recruitment/<int:pk>/scores/<int:step>/", board.score_sheet, name="score-sheet"),
    path("recruitment/<int:pk>/scores/<int:step>/workbook/", board.score_workbook, name="score-workbook"),
    path("recruitment/<int:pk>/applications/new/", candidates.application_new, name="application-new"),
    path("recruitment/<int:pk>/applications/import/", candidates.application_import, name="application-import"),
    path("recruitment/applications/<int:pk>/", candidates.application_detail, name="application-detail"),
    path("recruitment/applications/<int:pk>/withdraw/", candidates.application_withdraw, name="application-withdraw"),
    path("recruitment/applications/<int:pk>/claims/", candidates.application_claims, name="application-claims"),
    path("recruitment/applications/<int:pk>/kinship/", candidates.application_kinship, name="application-kinship"),
    path("recruitment/applications/<int:pk>/documents/", candidates.application_document, name="application-document"),
    path("recruitment/applications/<int:pk>/fitness/", candidates.application_fitness, name="application-fitness"),
    path(
        "recruitment/applications/<int:pk>/checklist/", candidates.application_checklist, name="application-checklist"
    ),
    path("recruitment/applications/<int:pk>/vetting/", candidates.application_vetting, name="application-vetting"),
    path("recruitment/applications/<int:pk>/hire/", candidates.application_hire, name="application-hire"),
    path("recruitment/applications/<int:pk>/correct/", candidates.application_correct, name="application-correct"),
    path("recruitment/documents/<int:pk>/", candidates.document_download, name="document-download"),
    path("recruitment/corrections/<int:pk>/approve/", candidates.correction_approve, name="correction-approve"),
    path("recruitment/objections/<int:pk>/", candidates.objection_answer, name="objection-answer"),
    path("openings/", public.opening_list, name="opening-list"),
    path("openings/receipt/", public.application_receipt, name="application-receipt"),
    path("openings/status/", public.application_status, name="application-status"),
    path("openings/<int:pk>/", public.opening_detail, name="opening-detail"),
    path("openings/<int:pk>/apply/", public.opening_apply, name="opening-apply"),
    path("openings/<int:pk>/result/", public.opening_result, name="opening-result"),
    path("openings/notices/<int:pk>/object/", public.notice_object, name="notice-object"),
]
