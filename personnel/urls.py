from django.urls import URLPattern, path

from personnel.views import absences, certificates, exports, imports, members, skills, strength

urlpatterns: list[URLPattern] = [
    path("", members.member_list, name="member-list"),
    path("new/", members.member_add, name="member-add"),
    path("mine/", members.my_file, name="my-file"),
    path("import/", imports.member_import, name="member-import"),
    path("import/<uuid:pk>/", imports.preview, name="member-import-preview"),
    path("import/<uuid:pk>/confirm/", imports.confirm, name="member-import-confirm"),
    path("import/<uuid:pk>/cancel/", imports.cancel, name="member-import-cancel"),
    path("import/<uuid:pk>/bad-rows/", imports.bad_rows, name="member-import-bad-rows"),
    path("export/", exports.member_export, name="member-export"),
    path("export/whole/", exports.member_export_whole, name="member-export-whole"),
    path("template/", exports.roster_template, name="roster-template"),
    path("absences/", absences.absence_list, name="absence-list"),
    path("absences/new/", absences.absence_add, name="absence-add"),
    path("absences/<int:pk>/cancel/", absences.absence_cancel, name="absence-cancel"),
    path("certificates/<int:pk>/withdraw/", certificates.certificate_withdraw, name="certificate-withdraw"),
    path("strength/<int:pk>/", strength.unit_strength, name="unit-strength"),
    path("<int:pk>/skills/new/", skills.skill_add, name="member-skill-add"),
    path("skills/<int:pk>/remove/", skills.skill_remove, name="member-skill-remove"),
    path("<int:pk>/protections/new/", skills.protection_add, name="protection-add"),
    path("protections/<int:pk>/remove/", skills.protection_remove, name="protection-remove"),
    path("<int:pk>/", members.member_detail, name="member-detail"),
    path("<int:pk>/edit/", members.member_edit, name="member-edit"),
    path("<int:pk>/transfer/", members.member_transfer, name="member-transfer"),
    path("<int:pk>/account/", members.member_account, name="member-account"),
    path("<int:pk>/id-number/", members.id_number, name="id-number"),
    path("<int:pk>/certificates/new/", certificates.certificate_issue, name="certificate-issue"),
]
